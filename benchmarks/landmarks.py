"""Times landmarks of face crops beside bare LiteRT, and compares them with a reference file.

`python -m benchmarks.landmarks --source DIR [--reference FILE] [--images N]`, with DIR as for
`lanet landmarks`. Needs the extra `faces` and its models. Times are CPU time, on which other load
has little effect.
"""

import argparse
import time
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float

from data.landmarks import sources
from data.landmarks.table import LandmarkTable, load
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.errors import UserError
from lanet_jax.faces import downloads
from lanet_jax.faces.find import Face, Finder
from lanet_jax.faces.litert import Network
from lanet_jax.images import pixels
from lanet_jax.landmarks.schemes import SCHEMES

RUNS_OF_THE_MESH = 4  # per crop: two refinements of the image and of its mirror image
ROUNDS = 5


@exit_on_user_error
def main() -> None:
    """Prints times, the share of faces found, and the distance to the reference."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.landmarks", description=__doc__)
    parser.add_argument("--source", type=Path, required=True, metavar="DIR")
    parser.add_argument("--reference", type=Path, metavar="FILE", help="a landmark file, ibug68")
    parser.add_argument("--images", type=int, default=500, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    source = sources.read(args.source)
    names = source.names
    rng = np.random.default_rng(args.seed)
    names = [
        names[at] for at in sorted(rng.choice(len(names), min(args.images, len(names)), False))
    ]
    finder, mesh = Finder(), Network(downloads.path("mesh"), low=0.0)
    ours, bare, faces = [], [], []
    blank = np.zeros((mesh.side, mesh.side, 3), np.uint8)
    for round_ in range(ROUNDS):
        start = time.process_time()
        faces = [finder.largest(_read(source.root / name), "ibug68") for name in names]
        ours.append((time.process_time() - start) / len(names))
        start = time.process_time()
        for _ in range(RUNS_OF_THE_MESH * len(names)):
            mesh(blank)
        bare.append((time.process_time() - start) / len(names))
        print(f"round {round_ + 1}: {1e3 * ours[-1]:.2f} ms, bare {1e3 * bare[-1]:.2f} ms")
    ok = np.array([face.ok for face in faces])
    print(f"images                         {len(names)}")
    print(f"found                          {ok.mean():.1%}")
    distances = [face.mirror_distance for face in faces if face.ok]
    print(f"spread, median of the found    {np.median(distances):.4f}")
    print(f"ours, ms an image on one core  {1e3 * np.median(ours):.2f}")
    print(f"bare LiteRT, {RUNS_OF_THE_MESH} runs of the mesh {1e3 * np.median(bare):.2f}")
    print(f"ours / bare, median of rounds  {np.median(np.divide(ours, bare)):.2f}")
    if args.reference:
        _compare(names, faces, load(args.reference))


def _read(file: Path) -> np.ndarray:
    return pixels.decode(file.read_bytes())


def _compare(names: list[str], faces: list[Face], table: LandmarkTable) -> None:
    row = {name: number for number, name in enumerate(table.names or ())}
    if missing := [name for name in names if name not in row]:
        raise UserError(
            f"--reference has no row {missing[0]!r}, it has {next(iter(row), 'none')!r}: give as "
            "--source the folder that its names begin in"
        )
    rows = [row[name] for name in names]
    known, trusted = table.points[rows].astype(float), table.ok[rows]
    found = np.stack([face.landmarks for face in faces])
    distance = np.linalg.norm(found - known, axis=-1).mean(1) / _eye_distance(known)
    ok = np.array([face.ok for face in faces])
    print(
        f"distance to the reference over its eye distance, median of all  {np.median(distance):.4f}"
    )
    both = distance[ok & trusted]
    print(f"  of those that both trust: median {np.median(both):.4f}")
    print(f"  of those that both trust: 90% below {np.quantile(both, 0.9):.4f}")
    print(f"  of those that we do not trust: median {np.median(distance[~ok]):.4f}")
    print(f"trusted by the reference {trusted.mean():.1%}, of these by us {ok[trusted].mean():.1%}")


def _eye_distance(points: Float[np.ndarray, "N L 2"]) -> Float[np.ndarray, " N"]:
    assert points.shape[1] == SCHEMES["ibug68"].points
    return np.linalg.norm(points[:, 36:42].mean(1) - points[:, 42:48].mean(1), axis=-1)


if __name__ == "__main__":
    main()
