"""Writes tiny torch checkpoints in every layout we port, good ones and bad ones.

    python tests/golden/make_layouts.py FOLDER

Needs torch; see check_layouts.py, which runs the port over them.
"""

import argparse
import pickle
from collections import OrderedDict
from pathlib import Path

import torch
from torch_resnet import ResNet, random_network


class Payload:
    """Creates a file when unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        """What the unpickler is asked to call."""
        return (Path.touch, (self.mark,))


def write_layouts(folder: Path) -> dict[str, tuple[Path, ResNet | None]]:
    """Writes the files.

    Args:
      folder: an existing folder; the payloads would create `folder/ran`.

    Returns:
      By file name, its path and the network in it; None where the port has to refuse.
    """
    network = random_network(18, 2, "imagenet", 5, seed=1)
    deep = random_network(50, 1, "imagenet", 5, seed=1)
    state = network.state_dict()
    parallel = OrderedDict((f"module.{name}", value) for name, value in state.items())
    feature = {"module.feature.weight": torch.ones(4, 16), "module.feature.bias": torch.ones(4)}
    faces = {"module.fc.weight": torch.ones(9, 4), "module.fc.bias": torch.ones(9)}
    criterion = {"criterion.weight": torch.ones(3, 16), "criterion.fc.weight": torch.ones(2, 16)}
    arrays = {name: value.numpy() for name, value in deep.state_dict().items()}
    no_bn1 = {name: value for name, value in state.items() if name != "layer1.0.bn1.weight"}
    beside = {"epoch": 3, "arch": "resnet18", "best_prec1": torch.tensor(0.5)}
    payload = Payload(folder / "ran")
    files = {
        "msceleb.pth": ({"state_dict": state}, network),
        "ijba.pth.tar": ({"state_dict": parallel | feature | faces, **beside}, network),
        "flat.pth": (state | criterion, network),
        "deep.pth": (deep.state_dict(), deep),
        "half.pth": (
            {n: v.half() if v.is_floating_point() else v for n, v in state.items()},
            network,
        ),
        "missing.pth": ({"state_dict": no_bn1}, None),
        "extra.pth": (state | {"layer9.weight": torch.ones(1)}, None),
        "other_container.pth": ({"model": state, "epoch": 3}, None),
        "whole_model.pth": (network, None),
        "payload.pth": ({"state_dict": state, "evil": payload}, None),
    }
    written = {}
    for name, (content, expected) in files.items():
        torch.save(content, folder / name)
        written[name] = (folder / name, expected)
    for name in ("legacy_ijba.pth.tar", "legacy_payload.pth"):
        content, expected = files[name.removeprefix("legacy_")]
        torch.save(content, folder / name, _use_new_zipfile_serialization=False)
        written[name] = (folder / name, expected)
    for name, of in (
        ("truncated.pth", "msceleb.pth"),
        ("truncated_legacy.pth", "legacy_ijba.pth.tar"),
    ):
        whole = (folder / of).read_bytes()
        (folder / name).write_bytes(whole[: len(whole) * 2 // 3])
        written[name] = (folder / name, None)
    (folder / "vggface2.pkl").write_bytes(pickle.dumps(arrays | {"evil": payload}, protocol=2))
    written["vggface2.pkl"] = (folder / "vggface2.pkl", None)
    return written


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    target = parser.parse_args().folder
    target.mkdir(parents=True, exist_ok=True)
    print("\n".join(write_layouts(target)))
