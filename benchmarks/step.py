"""Times our whole LA-Net step against a plain PyTorch step of the same layers.

  python -m benchmarks.step --torch_python PATH   (default: this interpreter)
  python -m benchmarks.step --parts               the parts of our step

Two processes take turns step by step; the waiting one blocks on its pipe.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks import report
from benchmarks import shape as shape_lib
from benchmarks.shape import Shape
from benchmarks.worker import Worker
from lanet_jax.command_line.ending import exit_on_user_error

GIB = 2**30
PAUSE = 0.1  # s between turns, in which the threads of the last worker stop spinning


def ours(shape: Shape) -> list[str]:
    """The command of a worker that runs our steps."""
    return [sys.executable, "-m", "benchmarks.jax_step", *shape.flags()]


def theirs(shape: Shape, torch_python: str) -> list[str]:
    """The command of a worker that runs PyTorch's steps."""
    return [torch_python, "-m", "benchmarks.torch_step", *shape.flags()]


def has_torch(torch_python: str) -> bool:
    """Whether an interpreter has PyTorch."""
    try:
        found = subprocess.run([torch_python, "-c", "import torch"], capture_output=True)
    except OSError:
        return False
    return found.returncode == 0


def take_turns(workers: Sequence[Worker], rounds: int) -> None:
    """Lets workers take turns, then ends them.

    Args:
      workers: workers that are ready.
      rounds: number of turns of each.
    """
    for _ in range(rounds):
        for worker in workers:
            time.sleep(PAUSE)
            worker.step()
    for worker in workers:
        worker.close()


def ratio(worker: Worker, other: Worker) -> float:
    """Median over the rounds of one worker's time over the other's."""
    pairs = zip(worker.seconds, other.seconds, strict=True)
    return statistics.median(own / theirs for own, theirs in pairs)


def compare(shape: Shape, torch_python: str, rounds: int) -> None:
    """Prints our time and PyTorch's, their ratio, and the memory of both.

    Args:
      shape: shape of the step.
      torch_python: interpreter of the PyTorch process.
      rounds: number of turns of each.
    """
    workers = [Worker(ours(shape))]
    if has_torch(torch_python):
        workers.append(Worker(theirs(shape, torch_python)))
    take_turns(workers, rounds)
    rows = []
    for worker in workers:
        seconds = statistics.median(worker.seconds) / shape.steps
        memory = f"{worker.peak_bytes / GIB:.2f}"
        rate = f"{shape.batch / seconds:,.0f}"
        median = report.milliseconds(seconds)
        relative = f"{ratio(workers[0], worker):.2f}"
        rows.append((worker.facts["name"], median, rate, relative, memory))
    notes = [
        f"Our compiled step holds {workers[0].facts['compiled_bytes'] / GIB:.2f} GiB at once.",
        f"{shape}, {rounds} rounds.",
    ]
    if len(workers) == 1:
        notes.insert(
            0,
            f"{torch_python} has no PyTorch: pip install torch, or give --torch_python the "
            "interpreter that has it.",
        )
    report.show(
        ("step", "median ms", "images/s", "ours / this, pairwise", "peak RSS GiB"), rows, notes
    )


def take_apart(shape: Shape, rounds: int) -> None:
    """Prints the time of every part of our step.

    Args:
      shape: shape of the step.
      rounds: number of timed calls of each.
    """
    from lanet_jax.devices import runtime

    runtime.start()
    from benchmarks.parts import parts

    seconds = report.medians(report.interleaved(parts(shape), rounds))
    whole = seconds["whole step"]
    table = [(name, report.milliseconds(s), f"{s / whole:.1%}") for name, s in seconds.items()]
    included = seconds["query forward"] + whole  # inside forward + backward, and the whole itself
    rest = sum(seconds.values()) - included
    notes = [
        f"The parts make up {rest / whole:.0%} of the step (query forward is counted once).",
        f"{shape}, {rounds} rounds.",
    ]
    report.show(("part", "median ms", "share of the step"), table, notes)


@exit_on_user_error
def main() -> None:
    """Reads the command line."""
    parser = shape_lib.parser("step", __doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, help="default 10, with --quick 2")
    parser.add_argument("--parts", action="store_true", help="time the parts of our step")
    parser.add_argument("--torch_python", default=sys.executable, metavar="PATH")
    arguments = parser.parse_args()
    shape = shape_lib.shape(arguments)
    rounds = arguments.rounds or (2 if arguments.quick else 10)
    if arguments.parts:
        take_apart(shape, rounds)
    else:
        compare(shape, arguments.torch_python, rounds)


if __name__ == "__main__":
    main()
