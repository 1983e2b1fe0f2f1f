"""Records a second that the input pipeline delivers, against what a run's step consumes.

  python -m benchmarks.pipeline --config=configs/rafdb.py [--step_seconds=0.9]

The pipeline is timed alone. Goal: at least five times the need, so that reading takes little of
the processors that the step wants. `--quick` draws a small demo set for itself.
"""

import itertools
import statistics
import tempfile
import time
from pathlib import Path

from absl import app, flags
from ml_collections import config_flags

from benchmarks import demo, report
from lanet_jax import runtime
from lanet_jax.errors import exit_on_user_error

CONFIG = config_flags.DEFINE_config_file("config", "configs/demo.py", "As of lanet_jax.main.")
STEP_SECONDS = flags.DEFINE_float("step_seconds", 0.0, "Time of a step; 0 measures it.")
SECONDS = flags.DEFINE_float("seconds", 20.0, "How long to read, if the run has so many records.")
QUICK = flags.DEFINE_bool("quick", False, "Tiny; shows only that it runs.")

GOAL = 5
WARM_UP = 4  # batches until the readers run and what they had read ahead is used up
STEPS = 5  # to measure the time of a step


def main(argv: list[str]) -> None:
    """Prints the rate, the need and their quotient."""
    del argv
    runtime.start()
    from benchmarks.trainer import Trainer
    from lanet_jax.build import config, run
    from lanet_jax.input.pipeline import train_batches

    with tempfile.TemporaryDirectory() as folder:
        given = demo.tiny_config(Path(folder)) if QUICK.value else CONFIG.value
        built = run.run(config.resolve(given), Path(folder))
    batches = train_batches(built.visits, 0, built.batch, built.threads)
    first = next(batches)
    for _ in itertools.islice(batches, WARM_UP):
        pass
    start, read = time.perf_counter(), 0
    limit = 1.0 if QUICK.value else SECONDS.value
    for _ in batches:
        read += built.batch
        if time.perf_counter() - start > limit:
            break
    rate = read / (time.perf_counter() - start)
    del batches  # its readers must not run beside the step
    step_seconds = STEP_SECONDS.value
    if not step_seconds:
        trainer = Trainer(built.method, built.optimizer, built.augment, built.example, first)
        times = report.interleaved({"step": trainer}, STEPS)["step"]
        step_seconds = statistics.median(times)
    need = built.batch / step_seconds
    report.show(
        ("records/s read", "step ms", "records/s needed", "read / needed"),
        [(f"{rate:.0f}", report.milliseconds(step_seconds), f"{need:.0f}", f"{rate / need:.1f}")],
        [
            f"Goal: at least {GOAL}: {report.verdict(rate / need >= GOAL, QUICK.value)}.",
            f"{read} records in batches of {built.batch} of {first['image'].shape[1]} px by "
            f"{built.threads} threads.",
        ],
    )


if __name__ == "__main__":
    exit_on_user_error(app.run)(main)
