"""Writes faces of FERPlus as if they were somebody's own: a folder for each class, and landmarks.

`python -m benchmarks.own_faces --data_dir DIR [--split train] [--count 3000] [--seed 0] --out OUT`
writes `OUT/faces/CLASS/NAME.png` and `OUT/landmarks.npz`, to be prepared by `lanet prepare folder`.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from lanet_jax.input import records


def main() -> None:
    """Writes the faces of a split, or so many of them drawn at random."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.own_faces", description=__doc__)
    parser.add_argument("--data_dir", required=True)
    parser.add_argument("--dataset", default="ferplus/argmax8", help="prepared, with landmarks")
    parser.add_argument("--split", default="train")
    parser.add_argument("--count", type=int, default=0, help="0: all faces of the split")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args()
    of_split = records.load(args.data_dir, args.dataset, args.split)
    order = np.random.default_rng(args.seed).permutation(len(of_split))
    own = of_split.take(np.sort(order[: args.count or None]))
    names, sizes = [], []
    for row, (name, label) in enumerate(zip(own.names, own.labels, strict=True)):
        names.append(f"{own.classes[label]}/{Path(name).stem}.png")
        image = own.read(row, 0)[0]
        sizes.append(image.shape[1::-1])
        path = args.out / "faces" / names[-1]
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
    points, present, _ = own.marks
    np.savez(
        args.out / "landmarks.npz",
        name=np.array(names),
        points=points * np.array(sizes)[:, None],
        ok=present.any(axis=1),
        scheme=np.array(own.scheme),
    )
    print(f"{len(own):,} faces and their landmarks: {args.out}")


if __name__ == "__main__":
    main()
