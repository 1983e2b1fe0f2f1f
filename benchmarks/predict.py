"""Measures images a second of `predict`, beside the bare networks that it runs.

  python -m benchmarks.predict SOURCE [--model=CKPT] [--images=500] [--rounds=5]

SOURCE is a folder of images. Four programs take turns: `faces=whole`, and for comparison
onnxruntime with the exported network on the same files; `faces=detect`, and for comparison the
same calls of the face networks by LiteRT and nothing else. Needs the extras `faces` and `onnx`.
Packages that fetch their weights at run time (emotiefflib, deepface) are not compared.
"""

import argparse
import collections
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks import report
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.devices import runtime
from lanet_jax.errors import UserError
from lanet_jax.faces.litert import Network

BATCH = 64


def paths(source: Path, images: int) -> list[Path]:
    """Samples a folder's images with a fixed seed.

    Args:
      source: the folder.
      images: largest number of images.

    Returns:
      Their paths, sorted.

    Raises:
      UserError: the folder has no image.
    """
    from lanet_jax.predict import given

    items = given.listing(source).items
    every = [item.content for item in items if not item.is_video]
    if not every:
        raise UserError(f"{source}: no image there")
    drawn = np.random.default_rng(0).permutation(len(every))[:images]
    return [every[i] for i in sorted(drawn)]


def calls(work: Callable[[], object]) -> collections.Counter:
    """Counts the calls of each face network.

    Args:
      work: a function that calls them.

    Returns:
      Number of calls by network; each thread has its own networks.
    """
    counted: collections.Counter = collections.Counter()
    real = Network.__call__

    def counting(network: Network, image: np.ndarray) -> tuple:
        counted[network] += 1
        return real(network, image)

    Network.__call__ = counting
    try:
        work()
    finally:
        Network.__call__ = real
    return counted


def replay(counted: collections.Counter) -> Callable[[], None]:
    """Repeats the same calls on black images, with as many threads as `predict` has.

    Args:
      counted: number of calls by network, from `calls`.

    Returns:
      A function that makes the calls.
    """

    def share(one: tuple[Network, int]) -> None:
        network, count = one
        blank = np.zeros((network.side, network.side, 3), np.uint8)
        for _ in range(count):
            network(blank)

    def run() -> None:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(share, counted.items()))

    return run


def by_onnxruntime(model: str, files: Sequence[Path], folder: Path) -> Callable[[], np.ndarray]:
    """Runs the exported network on decoded files, and nothing else.

    Args:
      model: work folder or model file; "" for the bundled network.
      files: images of one face each.
      folder: folder for the export.

    Returns:
      A function that gives the probabilities [N, C].
    """
    import cv2
    import onnxruntime

    from lanet_jax.export.__main__ import export
    from lanet_jax.shipped import SHIPPED

    exported = export(Path(model or SHIPPED), "onnx", out=folder / "model.onnx")
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    size = given.shape[1]

    def batches() -> Iterator[np.ndarray]:
        for at in range(0, len(files), BATCH):
            read = (cv2.imread(str(path))[..., ::-1] for path in files[at : at + BATCH])
            yield np.stack([cv2.resize(image, (size, size)) for image in read])

    return lambda: np.concatenate([session.run(None, {given.name: b})[0] for b in batches()])


@exit_on_user_error
def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.predict", description=__doc__)
    parser.add_argument("source", type=Path, metavar="SOURCE")
    parser.add_argument("--model", default="", metavar="CKPT", help="default: the bundled network")
    parser.add_argument("--images", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    runtime.start()
    from lanet_jax.predict import predictor

    files = paths(arguments.source, arguments.images)
    network = predictor.load(arguments.model, batch=BATCH)
    counted = calls(lambda: network.predict(files))
    with tempfile.TemporaryDirectory() as folder:
        work = {
            "predict, faces=whole": lambda: network.predict(files, faces="whole").probabilities,
            "onnxruntime": by_onnxruntime(arguments.model, files, Path(folder)),
            "predict, faces=detect": lambda: network.predict(files).probabilities,
            f"LiteRT, the same {counted.total():,} calls": replay(counted),
        }
        times = report.interleaved(work, arguments.rounds)
    median = report.medians(times)
    names = list(work)
    rows = [(name, f"{len(files) / median[name]:.0f}") for name in names]
    ratios = [
        f"{names[i]} / {names[i + 1]}: {median[names[i + 1]] / median[names[i]]:.2f}"
        for i in (0, 2)
    ]
    report.show(("what", "images/s"), rows, [f"{len(files)} images.", *ratios])


if __name__ == "__main__":
    main()
