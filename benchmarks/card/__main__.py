"""`python -m benchmarks.card --out DIR [--minutes 9]`: measures on a GPU, resumable.

Each part writes its answer to DIR as soon as it has it; re-running the command measures missing and
failed parts. With --study the remaining minutes go to the trainings of configs/studies/gpu.py.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from benchmarks.card import again, environment, one, plan, runner, table, trainings
from benchmarks.card import answers as answers_lib
from lanet_jax.command_line.ending import exit_on_user_error, interrupt_on_signals
from lanet_jax.errors import UserError
from lanet_jax.files import locks
from lanet_jax.files.atomic import write_text


@exit_on_user_error
def main() -> None:
    """Runs the parts that fit into the minutes, and prints the summary."""
    arguments = _parser().parse_args()
    begin, folder = time.monotonic(), arguments.out
    interrupt_on_signals()  # so that a signal ends the part as well
    device = _device(arguments.allow_cpu)
    folder.mkdir(parents=True, exist_ok=True)
    parts = plan.parts(arguments.torch_python, arguments.tiny)
    lock = os.open(folder, os.O_RDONLY)  # held until this process and its part end
    try:
        locks.take(lock)
    except locks.HeldError:
        raise UserError(
            f"{folder}: another such command, or a part that one left behind, measures there; wait "
            "for it or end it, or choose another --out"
        ) from None
    answers_lib.check(folder, answers_lib.read(folder, parts, tell=print), device)

    def left() -> float:
        return arguments.minutes - (time.monotonic() - begin) / 60

    try:
        left_out = runner.run(
            parts,
            folder,
            device,
            left(),
            program=lambda part, answer: one.command(part, folder, answer),
            busy=environment.busy,
            again=again.wanted,
            lock=lock,
        )
        if arguments.study:
            environ = runner.environment(folder)
            trainings.run(folder / "study", arguments.data_dir, left(), environ, lock)
    finally:
        summary = table.markdown(parts, answers_lib.read(folder, parts))
        print(f"\n{summary}", flush=True)  # first: the disk may be full
        write_text(folder / "summary.md", summary)
        print(folder / "summary.md")
    for line in left_out:
        print(f"left out: {line}")
    if left_out:
        print("the same command resumes")


def _device(allow_cpu: bool) -> str:
    platform, kind, why = environment.device(sys.executable)
    if platform in ("gpu", "cuda", "rocm") or (allow_cpu and platform != "none"):
        return kind
    there = f"{platform}; {why}" if why else platform
    raise UserError(
        f"JAX sees no GPU here (but: {there}): pip install 'jax[cuda13]' or 'jax[cuda12]' of "
        "the installed jax's version (docs/benchmarks.md), or try the command with --allow_cpu"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.card", description=__doc__.splitlines()[0], allow_abbrev=False
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the answers")
    parser.add_argument(
        "--minutes", type=float, default=9.0, help="minutes for this command (default: 9)"
    )
    parser.add_argument("--torch_python", default=sys.executable, metavar="PATH")
    parser.add_argument("--study", action="store_true", help="train in the remaining minutes")
    parser.add_argument("--data_dir", type=Path, help="folder of the prepared FERPlus, for --study")
    parser.add_argument("--allow_cpu", action="store_true", help="do not ask for a GPU")
    parser.add_argument("--tiny", action="store_true", help="sizes that show only that it runs")
    return parser


if __name__ == "__main__":
    main()
