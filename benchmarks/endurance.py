"""Checks that training leaks no memory: the resident size over many steps of the tiny demo.

  python -m benchmarks.endurance [--steps=1000] [--quick]

Works as the training loop does: worker threads read and decode records, the step runs, and the
metrics of the step before are fetched. Exits 1 if the process grows by more than a few MiB after
step 200.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.errors import UserError

if TYPE_CHECKING:
    from lanet_jax.from_config.run import Run

GOAL = 4.0  # MiB
SETTLED = 200  # steps after which caches and pools are full
WINDOW = 50  # steps whose median is the size at a moment: allocation comes and goes
STATM = Path("/proc/self/statm")
MIB = 2**20


def resident() -> float:
    """Resident size of this process in MiB.

    Raises:
      UserError: the system has no /proc.
    """
    if not STATM.exists():
        raise UserError(f"{STATM} is not here: the resident size can be measured on Linux only")
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB


def sizes(run: "Run", steps: int) -> list[float]:
    """Trains without checkpoints and evaluation, and measures after each step.

    Args:
      run: the run to train.
      steps: number of steps, at most the run's.

    Returns:
      Resident size after each step in MiB.
    """
    import jax
    from jax.sharding import NamedSharding
    from jax.sharding import PartitionSpec as P

    from lanet_jax import state as state_lib
    from lanet_jax.devices import mesh as mesh_lib
    from lanet_jax.input.pipeline import train_batches
    from lanet_jax.train.step import compile_step

    mesh = mesh_lib.make(run.reading.batch)
    batch_sharding = NamedSharding(mesh, P("data"))
    found, before = [], {}
    with mesh_lib.use(mesh):
        key = jax.random.key(run.seed)
        state = state_lib.create(run.method, run.optimizer, key, run.example, mesh)
        step = compile_step(run.method, run.optimizer, run.augment, mesh)
        batches = train_batches(run.visits, 0, run.reading.batch, run.reading.threads)
        for _ in range(steps):
            batch = jax.make_array_from_process_local_data(batch_sharding, next(batches))
            state, metrics = step(state, batch)
            jax.device_get(before)
            before = metrics
            found.append(resident())
    return found


@exit_on_user_error
def main() -> None:
    """Prints the resident size at a few steps and its growth."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance", description=__doc__)
    parser.add_argument("--steps", type=int, default=1000, help="default 1000, at least 300")
    parser.add_argument("--quick", action="store_true", help="60 steps; shows only that it runs")
    options = parser.parse_args()
    if not options.quick and options.steps < SETTLED + 2 * WINDOW:
        raise UserError(
            f"--steps={options.steps}: nothing can be said of fewer than {SETTLED + 2 * WINDOW}"
        )
    steps, settled, window = (60, 20, 10) if options.quick else (options.steps, SETTLED, WINDOW)
    from lanet_jax.devices import runtime

    runtime.start()
    from benchmarks import demo, report
    from lanet_jax.from_config import config
    from lanet_jax.from_config.run import run

    with tempfile.TemporaryDirectory() as folder:
        c = demo.tiny_config(Path(folder))
        c.optim.epochs = -(-steps * c.optim.batch_size // c.data.limit)
        found = sizes(run(config.resolve(c), Path(folder)), steps)
    early = statistics.median(found[settled : settled + window])
    late = statistics.median(found[-window:])
    met = late - early <= GOAL
    moments = sorted({1, steps // 10, settled, steps // 2, steps})
    rows = [(f"step {moment}", f"{found[moment - 1]:.1f}") for moment in moments]
    rows.append((f"growth from step {settled} to {steps}", f"{late - early:+.2f}"))
    notes = [
        f"Goal: at most {GOAL:.0f} MiB more: {report.verdict(met, options.quick)}.",
        f"Growth is between the medians of {window} steps.",
    ]
    report.show(("resident size", "MiB"), rows, notes)
    sys.exit(0 if met or options.quick else 1)


if __name__ == "__main__":
    main()
