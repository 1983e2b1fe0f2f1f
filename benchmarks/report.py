"""Times functions, and prints the results of a benchmark."""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import jax

Times = dict[str, list[float]]


def interleaved(work: Mapping[str, Callable[[], object]], rounds: int) -> Times:
    """Times several functions in turns, so that a slow phase of the machine affects all of them.

    Args:
      work: functions by name; a call is timed until its result is ready.
      rounds: number of timed calls of each, after one warm-up call.

    Returns:
      Seconds of every call, by name.
    """
    times: Times = {name: [] for name in work}
    for counted in [False] + [True] * rounds:
        for name, function in work.items():
            start = time.perf_counter()
            jax.block_until_ready(function())
            if counted:
                times[name].append(time.perf_counter() - start)
    return times


def repeat(call: Callable[[], object], times: int) -> object:
    """Calls a function several times and returns the last result; on a GPU the launches overlap."""
    for _ in range(times):
        result = call()
    return result


def medians(times: Times) -> dict[str, float]:
    """Median seconds by name."""
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def milliseconds(seconds: float) -> str:
    """Formats seconds as milliseconds."""
    return f"{1e3 * seconds:.1f}"


def verdict(met: bool, quick: bool) -> str:
    """Says whether a goal was met; a quick run's numbers cannot tell."""
    return "not judged (--quick)" if quick else "met" if met else "missed"


def show(header: Sequence[str], rows: Sequence[Sequence[object]], notes: Sequence[str]) -> None:
    """Prints the command, the machine, a Markdown table and notes.

    Args:
      header: names of the columns.
      rows: cells of each row.
      notes: lines below the table.
    """
    module = Path(sys.argv[0]).stem
    print(f"\n`{' '.join(['python -m benchmarks.' + module, *sys.argv[1:]])}`")
    device = jax.devices()[0]
    kind = f"{os.cpu_count()} CPUs" if device.platform == "cpu" else device.device_kind
    print(f"JAX {jax.__version__}, {jax.device_count()} x {device.platform}, {kind}, ", end="")
    print(f"Python {platform.python_version()}\n")
    for cells in (header, ["---"] * len(header), *rows):
        print(f"| {' | '.join(map(str, cells))} |")
    print()
    for note in notes:
        print(note)
