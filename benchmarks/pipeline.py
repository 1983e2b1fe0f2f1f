"""Compares the records a second that the input pipeline delivers with those that a step consumes.

  python -m benchmarks.pipeline --config=configs/rafdb.py [--step_seconds=0.9]

The pipeline is timed alone: the first epoch, which decodes, and the second, which finds the records
in memory if they fit. Goal: at least five times the need in the first, so that reading takes little
of the CPU time that the step needs. `--quick` prepares a small demo set.
"""

import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from absl import app, flags
from ml_collections import config_flags

from benchmarks import demo, report
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.devices import runtime
from lanet_jax.errors import UserError
from lanet_jax.typing import Batch

CONFIG = config_flags.DEFINE_config_file("config", "configs/demo.py", "As for lanet_jax.main.")
STEP_SECONDS = flags.DEFINE_float("step_seconds", 0.0, "Seconds of a step; 0 measures it.")
SECONDS = flags.DEFINE_float("seconds", 20.0, "Most seconds to read of each epoch.")
QUICK = flags.DEFINE_bool("quick", False, "Tiny; shows only that it runs.")

GOAL = 5
EPOCHS = ("decoded", "read again")
WARM_UP = 4  # batches until the worker threads run and what they read ahead is used up
STEPS = 5  # timed to measure a step


def read(
    batches: Iterator[Batch], epochs: Sequence[int], batch: int, limit: float
) -> tuple[list[int], list[float]]:
    """Reads batches and times them.

    Args:
      batches: batches of a run.
      epochs: steps of each epoch.
      batch: batch size, B.
      limit: most seconds to read of an epoch; an epoch that is interrupted is the last.

    Returns:
      For each epoch the number of records read, and the records a second.
    """
    reads: list[int] = []
    rates: list[float] = []
    for steps in epochs:
        start, done = time.perf_counter(), 0
        for _ in itertools.islice(batches, steps):
            done += 1
            if time.perf_counter() - start > limit:
                break
        reads.append(done * batch)
        rates.append(reads[-1] / (time.perf_counter() - start))
        if done < steps:
            break
    return reads, rates


def timed(steps: int) -> tuple[int, int]:
    """Numbers of steps of the first and the second epoch that are timed.

    Args:
      steps: steps of an epoch.

    Raises:
      UserError: they are too few for the warm-up and a step that is timed.
    """
    if steps < WARM_UP + 2:
        raise UserError(
            f"an epoch has {steps} steps: {WARM_UP + 2} or more are needed to time one; take a "
            "larger --config.data.limit or a smaller --config.optim.batch_size"
        )
    return steps - 1 - WARM_UP, steps


def main(argv: list[str]) -> None:
    """Prints the rate, the need and their ratio."""
    del argv
    runtime.start()
    from benchmarks.trainer import Trainer
    from lanet_jax.from_config import config, fit, run
    from lanet_jax.input.pipeline import train_batches

    with tempfile.TemporaryDirectory() as folder:
        given = demo.tiny_config(Path(folder)) if QUICK.value else CONFIG.value
        given.optim.epochs = max(given.optim.epochs, len(EPOCHS))  # that each of them is read
        fitted, _ = fit.fit(config.resolve(given), Path(folder))
        built = run.run(fitted, Path(folder))
    epochs = timed(built.steps_per_epoch)
    batches = train_batches(built.visits, 0, built.reading.batch, built.reading.threads)
    first = next(batches)
    for _ in itertools.islice(batches, WARM_UP):
        pass
    reads, rates = read(batches, epochs, built.reading.batch, 1.0 if QUICK.value else SECONDS.value)
    del batches  # its worker threads must not run beside the step
    step_seconds = STEP_SECONDS.value
    if not step_seconds:
        trainer = Trainer(built.method, built.optimizer, built.augment, built.example, first)
        times = report.interleaved({"step": trainer}, STEPS)["step"]
        step_seconds = statistics.median(times)
    need, milliseconds = built.reading.batch / step_seconds, report.milliseconds(step_seconds)
    report.show(
        ("records", "read a second", "step ms", "needed a second", "read / needed"),
        [
            (name, f"{rate:.0f}", milliseconds, f"{need:.0f}", f"{rate / need:.1f}")
            for name, rate in zip(EPOCHS, rates, strict=False)
        ],
        [
            f"Goal: at least {GOAL}: {report.verdict(rates[0] / need >= GOAL, QUICK.value)}.",
            f"{' and '.join(map(str, reads))} records in batches of {built.reading.batch} of "
            f"{first['image'].shape[1]} px by {built.reading.threads} threads.",
        ],
    )


if __name__ == "__main__":
    exit_on_user_error(app.run)(main)
