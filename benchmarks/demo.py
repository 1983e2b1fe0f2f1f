"""A few drawn faces, so that a quick run needs no prepared dataset."""

import contextlib
import io
from pathlib import Path

import ml_collections

from configs import demo
from data import building


def prepare(folder: Path) -> None:
    """Draws them.

    Args:
      folder: becomes a `data.dir`.
    """
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        building.generated("demo", folder, False, {"train": 256, "test": 64, "size": 24})


def tiny_config(folder: Path) -> ml_collections.ConfigDict:
    """The demo's tiny config on faces drawn for it.

    Args:
      folder: where to draw them.

    Returns:
      The config.
    """
    prepare(folder)
    c = demo.get_config("tiny")
    c.data.dir = str(folder)
    return c
