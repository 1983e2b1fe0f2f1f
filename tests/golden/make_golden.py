"""Writes resnet.npz: torch's own maps and logits, so that the tests need no torch.

    pip install torch==2.13.0 numpy
    python tests/golden/make_golden.py

`images` (NHWC, int8, to be divided by 32) serve every case, cut to its size from the upper left.
Other names are `DEPTH/STEM/...`: `size`; `names`, `shapes` and `values` of the weights (names of
torchvision and OIHW; all values in one exact float16 vector, since a zip entry for each would be
most of the file); `stage1` .. `stage4` (NHWC) and `logits` under `eval` for the first two images,
and under `train`, normalised by the statistics of all images, for the first; `running/mean` and
`running/var` of bn1 after that. The small stem stores only its own conv1.weight: the other weights
are those of the imagenet stem.
"""

import copy
from pathlib import Path

import numpy as np
import torch
from torch_resnet import random_network

CASES = {
    (18, "imagenet"): (3, (50, 40)),  # 50 -> 25 -> 13: odd and even sizes, not square
    (18, "small"): (3, (24, 20)),
    (50, "imagenet"): (2, (50, 40)),
    (50, "small"): (2, (24, 20)),
}
# Statistics of few samples magnify rounding in each of 53 normalisations, and stage 4 has but four
# pixels an image; main checks that float32 itself is exact enough to compare with.
CLASSES, BATCH = 3, 8


def main() -> None:
    """Writes the file beside this script."""
    rng = np.random.default_rng(0)
    stored = np.clip(rng.normal(scale=32, size=(BATCH, 50, 40, 3)).round(), -127, 127)
    arrays: dict[str, np.ndarray] = {"images": stored.astype(np.int8)}
    for (depth, stem), (width, size) in CASES.items():
        network = random_network(depth, width, stem, CLASSES, seed=depth)
        if stem == "small":  # all but conv1 as in the other stem
            shared = random_network(depth, width, "imagenet", CLASSES, seed=depth).state_dict()
            del shared["conv1.weight"]
            network.load_state_dict(shared, strict=False)
        case = f"{depth}/{stem}"
        weights = {
            name: tensor.numpy()
            for name, tensor in network.state_dict().items()
            if tensor.is_floating_point() and (stem == "imagenet" or name == "conv1.weight")
        }
        arrays[f"{case}/names"] = np.array(list(weights))
        arrays[f"{case}/shapes"] = np.array([",".join(map(str, w.shape)) for w in weights.values()])
        values = np.concatenate([w.ravel() for w in weights.values()])
        arrays[f"{case}/values"] = values.astype(np.float16)
        assert (arrays[f"{case}/values"].astype(np.float32) == values).all()
        arrays[f"{case}/size"] = np.array(size)
        images = torch.tensor(stored[:, : size[0], : size[1]] / 32, dtype=torch.float32)
        images = images.permute(0, 3, 1, 2)
        exact = copy.deepcopy(network).double()
        for mode, shown in (("eval", 2), ("train", 1)):
            network.train(mode == "train")
            with torch.no_grad():
                logits, maps = network(images)
                precise = exact.train(mode == "train")(images.double())[1]
            rounding = max(float((a - b).abs().max()) for a, b in zip(maps, precise, strict=True))
            print(f"{case} {mode}: torch's own rounding is {rounding:.1e}")
            assert rounding < 3e-5
            for stage, value in enumerate(maps, start=1):
                arrays[f"{case}/{mode}/stage{stage}"] = value[:shown].permute(0, 2, 3, 1).numpy()
            arrays[f"{case}/{mode}/logits"] = logits[:shown].numpy()
        for name in ("mean", "var"):
            arrays[f"{case}/running/{name}"] = network.state_dict()[f"bn1.running_{name}"].numpy()
    path = Path(__file__).with_name("resnet.npz")
    np.savez_compressed(path, **arrays)
    print(f"{path}: {path.stat().st_size} bytes, {len(arrays)} arrays")


if __name__ == "__main__":
    main()
