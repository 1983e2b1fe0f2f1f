"""Checks that any number of devices and processes trains the same model, and what moves.

  python -m benchmarks.devices [--quick]

Trains the tiny demo in separate processes with forced CPU devices and compares each layout with a
single device; as a yardstick, runs on a single device from starts that differ by rounding. Then
counts the collectives of the step on 8 devices. Exits 1 if a run differs by more than rounding or
a collective grows with Q or N.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks import collectives
from benchmarks.shape import Shape
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.errors import UserError

if TYPE_CHECKING:
    from benchmarks.rounding import Result

ROOT = Path(__file__).parents[1]
TINY = Shape(
    size=24, batch=32, width=4, stem="small", queue=128, classes=8, landmarks=68, records=256
)
FIRST = 3  # steps, after which rounding has been amplified
LOSS, BANK = 1e-5, 0.02  # at most: relative of the first losses, absolute of the last bank


class Layout(NamedTuple):
    """The processes and devices of a run.

    Attributes:
      processes: number of processes, all on this machine.
      devices: number of devices of each process.
    """

    processes: int
    devices: int


LAYOUTS = tuple(Layout(*pair) for pair in ((1, 1), (1, 2), (1, 4), (1, 8), (2, 1), (4, 1), (2, 2)))
QUICK = tuple(Layout(*pair) for pair in ((1, 1), (1, 8), (4, 1)))


def train(layout: Layout, data_dir: Path, folder: Path, cache: Path) -> Path:
    """Trains the tiny demo to its end.

    Args:
      layout: layout of the run.
      data_dir: folder of the prepared demo set.
      folder: new folder for the work folder and the logs.
      cache: folder of the compile cache.

    Returns:
      The work folder.

    Raises:
      UserError: a process failed.
    """
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "lanet_jax.main", "--config=configs/demo.py:tiny"]
    command += [f"--config.data.dir={data_dir}", f"--workdir={folder / 'run'}"]
    environment = {
        **os.environ,
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": f"--xla_force_host_platform_device_count={layout.devices}",
        "JAX_COMPILATION_CACHE_DIR": str(cache),
    }
    if layout.processes > 1:
        environment["JAX_COORDINATOR_ADDRESS"] = f"127.0.0.1:{_free_port()}"
        environment["JAX_NUM_PROCESSES"] = str(layout.processes)
    logs = [folder / f"{i}.log" for i in range(layout.processes)]
    running = []
    for i, log in enumerate(logs):
        own = {**environment, "JAX_PROCESS_ID": str(i)}
        with open(log, "wb") as output:
            running.append(
                subprocess.Popen(command, cwd=ROOT, env=own, stdout=output, stderr=output)
            )
    codes = [process.wait() for process in running]
    for code, log in zip(codes, logs, strict=True):
        if code:
            last = ["", *log.read_text(errors="replace").strip().splitlines()][-1]
            raise UserError(f"{layout}: a process failed: {last.removeprefix('error: ')}")
    return folder / "run"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def result(workdir: Path) -> "Result":
    """Reads what is compared of a finished run."""
    from benchmarks import bitwise
    from benchmarks.rounding import Result
    from lanet_jax.checkpoint import states

    lines = (workdir / "metrics.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, lines) if row["split"] == "train"]
    state = bitwise.arrays(workdir, states.find(workdir, "last")[1])
    (bank,) = (value for path, value in state.items() if "bank" in path)
    parameters = {path: value for path, value in state.items() if path.startswith("['params']")}
    return Result(np.array([row["loss"] for row in rows]), bank, parameters)


def compare(found: "Result", expected: "Result") -> tuple[float, ...]:
    """Compares two runs.

    Args:
      found: the run.
      expected: the run to compare with.

    Returns:
      Largest relative difference of the first losses, that of the last loss, and the largest
      absolute differences of the bank and of the parameters.
    """
    losses = np.abs(found.losses / expected.losses - 1)
    parameters = max(
        float(np.abs(found.parameters[path] - value).max())
        for path, value in expected.parameters.items()
    )
    bank = float(np.abs(found.bank - expected.bank).max())
    return float(losses[:FIRST].max()), float(losses[-1]), bank, parameters


def show(layouts: Sequence[Layout], seeds: int) -> bool:
    """Prints how much each layout differs from the first.

    Args:
      layouts: layouts to train with; the others are compared with the first.
      seeds: number of runs on one device whose start differs by rounding, for comparison.

    Returns:
      Whether all agree up to rounding.
    """
    from benchmarks import demo, report
    from benchmarks.rounding import nudged

    rows, every, expected = [], [], None
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        demo.prepare(folder / "data")
        for i, layout in enumerate(layouts):
            found = result(train(layout, folder / "data", folder / str(i), folder / "cache"))
            expected = expected or found
            apart = compare(found, expected)
            every.append(apart[0] <= LOSS and apart[2] <= BANK)
            cells = (f"{value:.1e}" for value in apart)
            rows.append((*layout, *cells, report.verdict(every[-1], False)))
        control = [compare(x, expected) for x in nudged(folder / "data", folder, seeds)]
    largest = (f"{max(values):.1e}" for values in zip(*control, strict=True))
    rows.append((1, f"1, start nudged, worst of {seeds}", *largest, ""))
    header = ("processes", "devices of each", f"losses 1-{FIRST}", "last loss", "bank")
    notes = [
        "Largest differences from the first row: of losses relative, of the rest absolute.",
        f"Goal: {LOSS:g} for the first {FIRST} losses, {BANK:g} for the bank after "
        f"{len(expected.losses)} steps. Sums in another order round otherwise, and training "
        "amplifies that: the last row is one device from starts that differ by rounding alone.",
    ]
    report.show((*header, "parameters", ""), rows, notes)
    return all(every)


@exit_on_user_error
def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.devices", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer layouts, the same sizes")
    options = parser.parse_args()
    collectives.force_devices(8)
    from lanet_jax.devices import runtime

    runtime.start()
    same = show(QUICK, 3) if options.quick else show(LAYOUTS, 10)
    bounded = collectives.show(TINY)
    sys.exit(0 if same and bounded else 1)


if __name__ == "__main__":
    main()
