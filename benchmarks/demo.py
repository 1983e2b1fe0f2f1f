"""Makes a few synthetic faces, so that a quick run needs no prepared dataset."""

import contextlib
import io
from pathlib import Path

import ml_collections

from configs import demo
from data import building


def prepare(folder: Path, train: int = 256, test: int = 64, size: int = 24) -> None:
    """Prepares the demo set in a folder, unless it is there already.

    Args:
      folder: the `data.dir` to write.
      train: number of training records.
      test: number of test records.
      size: side of the images in pixels.
    """
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        building.generated("demo", folder, False, {"train": train, "test": test, "size": size})


def tiny_config(folder: Path) -> ml_collections.ConfigDict:
    """The demo's tiny config, on a demo set prepared for it.

    Args:
      folder: where the set is prepared.

    Returns:
      The config, with `data.dir` set.
    """
    prepare(folder)
    c = demo.get_config("tiny")
    c.data.dir = str(folder)
    return c
