"""Measures how well landmarks alone tell labels, by the neighbours in several landmark spaces.

`python -m benchmarks.geometry --data_dir DIR [--dataset ferplus/argmax8] [--seeds 3]` prints the
share of a record's K neighbours in random batches that have its label.
"""

import argparse

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.input import records
from lanet_jax.landmarks import face_frame
from lanet_jax.landmarks.heights import in_heights
from lanet_jax.landmarks.schemes import SCHEMES


def main() -> None:
    """Prints a row for each space."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.geometry", description=__doc__)
    parser.add_argument("--data_dir", required=True)
    parser.add_argument("--dataset", default="ferplus/argmax8")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--neighbors", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    train = records.load(args.data_dir, args.dataset, "train")
    train = train.take(np.flatnonzero(train.marks.present.any(axis=1)))
    scheme = SCHEMES[train.scheme]
    points, present, aspect = train.marks
    square = in_heights(points, aspect)
    everything = tuple(range(train.landmarks))
    spaces = {"coordinates in the stored image": np.where(present[..., None], points, 0.5)}
    for name, kept, flip in (
        ("face's frame, all points, not mirrored", everything, ()),
        ("face's frame, all points", everything, scheme.flip_index),
        ("face's frame, brows, eyes and mouth", scheme.expressive, scheme.flip_index),
    ):
        frame = face_frame.fit(square, present, kept, flip)
        spaces[name] = face_frame.shapes(frame, square, present, kept, flip).points
    shares = np.bincount(train.labels) / len(train)
    print(f"{len(train)} records with landmarks; at random {np.sum(shares**2):.3f}")
    for name, values in spaces.items():
        found = [
            _share(values.reshape(len(values), -1), train.labels, args.batch, args.neighbors, seed)
            for seed in range(args.seeds)
        ]
        print(f"{name:42} {np.mean(found):.3f} (spread over seeds {np.ptp(found):.3f})")


def _share(
    features: Float[np.ndarray, "N D"], labels: Int[np.ndarray, " N"], batch: int, k: int, seed: int
) -> float:
    """Share of a record's k most similar records in its batch, by cosine, that have its label."""
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    order = np.random.default_rng(seed).permutation(len(labels))
    found = []
    for start in range(0, len(order) - batch + 1, batch):
        rows = order[start : start + batch]
        similarity = unit[rows] @ unit[rows].T
        np.fill_diagonal(similarity, -np.inf)
        nearest = np.argsort(-similarity, axis=1)[:, :k]
        found.append(np.mean(labels[rows][nearest] == labels[rows][:, None]))
    return float(np.mean(found))


if __name__ == "__main__":
    main()
