"""Runs parts, each in its own process, as long as the minutes last."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.card import answers as answers_lib
from benchmarks.card.answers import Answer
from benchmarks.card.part import Part
from lanet_jax.files import json_files

ROOT = Path(__file__).parents[2]
TRUSTED = 2.0  # minutes of measurements that the estimates weigh as much as
PATIENCE = 2.0  # times its estimate, after which a part counts as hung
ENDING = 0.1  # minutes kept for the summary


def run(
    parts: Sequence[Part],
    folder: Path,
    device: str,
    minutes: float,
    *,
    program: Callable[[Part, Path], Sequence[str]],
    busy: Callable[[], int] = lambda: 0,
) -> list[str]:
    """Runs the parts without an answer; parts that failed before come last.

    Args:
      parts: parts, the most informative first.
      folder: folder of the answers; each is written there as it comes.
      device: kind of the device at hand.
      minutes: minutes from now; a part that does not fit into the rest is not started.
      program: gives the command that answers a part and writes a JSON file.
      busy: gives the MiB of the card's memory in use by others.

    Returns:
      A line for each part that was left out.
    """
    end = time.monotonic() + 60 * (minutes - ENDING)
    left_out = []
    for part in _order(parts, answers_lib.read(folder, parts)):
        needed = part.minutes * pace(parts, answers_lib.read(folder, parts))
        left = (end - time.monotonic()) / 60
        if needed > left:
            left_out.append(f"{part.name}: needs about {needed:.1f} minutes")
            continue
        print(f"{part.name}: about {needed:.1f} of {left:.1f} minutes left", flush=True)
        used, begin = busy(), time.monotonic()
        limit = PATIENCE * max(part.minutes, needed)
        failed, found = _one(part, folder, program, 60 * min(left, limit))
        took = (time.monotonic() - begin) / 60
        used = max(used, busy())
        print(f"  {failed or 'measured'} ({took:.1f} minutes)", flush=True)
        over = bool(failed) and left <= took
        if over:  # it may hang, and would block the others if it kept its place in the order
            failed = f"the minutes were over after {took:.1f}"
            left_out.append(f"{part.name}: {failed}")
        answers_lib.write(folder, Answer(part.name, device, took, used, failed, found, part.asked))
        if over:
            break
    return left_out


def pace(parts: Sequence[Part], answers: dict[str, Answer]) -> float:
    """The ratio of measured times to estimates on this machine, by the parts with answers."""
    known = {part.name: part.minutes for part in parts}
    done = [a for a in answers.values() if not a.failed]
    took = sum(answer.minutes for answer in done)
    return (TRUSTED + took) / (TRUSTED + sum(known[answer.part] for answer in done))


def _order(parts: Sequence[Part], answers: dict[str, Answer]) -> list[Part]:
    fresh = [part for part in parts if part.name not in answers]
    return fresh + [p for p in parts if p.name in answers and answers[p.name].failed]


def _one(
    part: Part, folder: Path, program: Callable[[Part, Path], Sequence[str]], limit: float
) -> tuple[str, dict]:
    """Runs one part; returns why it failed, or "", and its answer."""
    logs, found = folder / "logs", folder / f"{part.name}.answer.json"
    logs.mkdir(parents=True, exist_ok=True)
    found.unlink(missing_ok=True)
    log = logs / f"{part.name}.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            program(part, found),
            cwd=ROOT,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,  # so that its children can be ended with it
        )
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            return f"stopped after {limit / 60:.1f} minutes, see {log}", {}
        finally:
            _end(process)
    if code:
        return _reason(code, log), {}
    if not found.exists():
        return f"it wrote no answer, see {log}", {}
    answer = json_files.read(found, answers_lib.ADVICE)
    found.unlink()
    return "", answer


def environment(folder: Path) -> dict[str, str]:
    """Variables of a part's process; the compile cache lies in the folder and moves with it."""
    return {
        **os.environ,
        "JAX_COMPILATION_CACHE_DIR": str(folder.absolute() / "cache"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "PYTHONUNBUFFERED": "1",
    }


def _end(process: subprocess.Popen) -> None:
    """Ends a part and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def _reason(code: int, log: Path) -> str:
    if code < 0:
        return f"ended by signal {-code} ({signal.strsignal(-code)}), see {log}"
    last = log.read_text(errors="replace").strip().rpartition("\n")[2]
    return f"{last.removeprefix('error: ')[:200] or f'exit code {code}'}, see {log}"
