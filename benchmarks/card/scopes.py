"""Profiles a few steps, and sums their time by scope."""

import os
import re
import shutil
from pathlib import Path
from typing import Any

from benchmarks.card import steps as steps_lib
from benchmarks.shape import Shape

WARM_UP = 3


def measure(folder: Path, shape: dict[str, Any], steps: int, flags: str = "") -> dict[str, Any]:
    """Traces steps as `--config.profile.steps` does, and keeps the trace in the folder.

    Args:
      folder: folder of the answers.
      shape: fields of a `Shape`.
      steps: number of steps.
      flags: XLA flags.

    Returns:
      Rows by scope (name, count, total ms, ms per step, share), and the path of the whole table.
    """
    os.environ["XLA_FLAGS"] = steps_lib.with_flags(flags)
    from lanet_jax.devices import runtime

    runtime.start()
    from benchmarks.trainer import lanet
    from lanet_jax.profiling.profiler import Profiler

    home = folder / "profile"
    shutil.rmtree(home, ignore_errors=True)
    trainer = lanet(Shape(**shape))
    last = WARM_UP + steps
    profiler = Profiler(home, WARM_UP + 1, steps, last)
    for number in range(1, last + 1):
        profiler.begin(number, trainer.state)
        trainer()
        profiler.end(number, trainer.state, trainer.compiled)
    text = (home / "top_ops.txt").read_text()
    return {"scopes": scopes(text), "table": str(home / "top_ops.txt")}


def scopes(text: str) -> list[list[str]]:
    """The rows of the first table in `top_ops.txt`, without its header."""
    lines = text.partition("\nscope ")[2].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.strip():
            break
        rows.append(re.split(r"\s{2,}", line.strip()))
    return rows
