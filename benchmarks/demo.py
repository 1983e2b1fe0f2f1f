"""Makes a few synthetic faces, so that a quick run needs no prepared dataset."""

import contextlib
import io
from pathlib import Path

import ml_collections

from configs import demo
from data import building


def prepare(folder: Path, train: int = 256, test: int = 64, size: int = 24) -> None:
    """Makes synthetic faces, if they are not there yet.

    Args:
      folder: becomes a `data.dir`.
      train: how many faces of the training split.
      test: number of test records.
      size: side in pixels.
    """
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        building.generated("demo", folder, False, {"train": train, "test": test, "size": size})


def tiny_config(folder: Path) -> ml_collections.ConfigDict:
    """The demo's tiny config, with synthetic faces made for it.

    Args:
      folder: where to make them.

    Returns:
      The config.
    """
    prepare(folder)
    c = demo.get_config("tiny")
    c.data.dir = str(folder)
    return c
