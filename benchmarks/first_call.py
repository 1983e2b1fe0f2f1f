"""Measures the first prediction of a process: import, load, first and second call, memory.

  python -m benchmarks.first_call [--image=FILE] [--model=CKPT] [--faces=whole]

Each round is a separate process without a compile cache; the table shows medians. CPU time is
summed over threads and stays comparable on a busy machine; elapsed time does not.
"""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from absl import app, flags

from benchmarks import report
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded

ROOT = Path(__file__).parents[1]
IMAGE = flags.DEFINE_string("image", str(ROOT / "tests/faces/astronaut.jpg"), "Image to predict.")
MODEL = flags.DEFINE_string("model", "", "Run or model file; empty for the bundled network.")
FACES = flags.DEFINE_enum("faces", "detect", ["detect", "whole"], "As for lanet_jax.predict.")
ROUNDS = flags.DEFINE_integer("rounds", 3, "Number of processes.", lower_bound=1)

_CACHES = ("JAX_COMPILATION_CACHE_DIR", "JAX_ENABLE_COMPILATION_CACHE")
Step = Mapping[str, float | str]


def call(model: str, image: str, faces: str) -> list[Step]:
    """Predicts in a separate process.

    Args:
      model: run or model file, as `lanet_jax.load` takes it.
      image: file of the image.
      faces: "detect" or "whole", as `Predictor.predict` takes it.

    Returns:
      A row for each step: "step", "cpu" and "elapsed" in seconds, "peak" memory so far in bytes.

    Raises:
      UserError: the process failed.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _CACHES}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.calls", model, image, faces],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise UserError(f"the process failed: {done.stderr.strip().splitlines()[-1]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def medians(rounds: Sequence[Sequence[Step]]) -> list[tuple[str, str, str, str]]:
    """Rows of the table: each step with median CPU and elapsed seconds and median peak MiB."""
    rows = []
    for same in zip(*rounds, strict=True):
        cpu, elapsed, peak = (
            statistics.median(float(step[what]) for step in same)
            for what in ("cpu", "elapsed", "peak")
        )
        rows.append((str(same[0]["step"]), f"{cpu:.2f}", f"{elapsed:.2f}", f"{peak / 2**20:.0f}"))
    return rows


def main(argv: list[str]) -> None:
    """Prints the table."""
    del argv
    # Absolute, as the processes run in the checkout.
    paths = (str(expanded(p).absolute()) if p else "" for p in (MODEL.value, IMAGE.value))
    model, image = paths
    rounds = [call(model, image, FACES.value) for _ in range(ROUNDS.value)]
    report.show(
        ("step", "CPU s", "elapsed s", "peak MiB"),
        medians(rounds),
        [f"Medians of {len(rounds)} processes without a compile cache; faces: {FACES.value}."],
    )


if __name__ == "__main__":
    exit_on_user_error(app.run)(main)
