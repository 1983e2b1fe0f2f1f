"""Runs parts, each in its own process, as long as the minutes last."""

import dataclasses
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.card import answers as answers_lib
from benchmarks.card import table
from benchmarks.card.answer import Answer
from benchmarks.card.part import Part
from lanet_jax.errors import UserError
from lanet_jax.files import json_files

ROOT = Path(__file__).parents[2]
TRUSTED = 2.0  # minutes of measurements that the estimates weigh as much as
PATIENCE = 2.0  # times its estimate, after which a part counts as hung
ENDING = 0.1  # minutes kept for the summary
GONE = 5.0  # seconds that the processes of a part get to be gone, with their memory on the card


def run(
    parts: Sequence[Part],
    folder: Path,
    device: str,
    minutes: float,
    *,
    program: Callable[[Part, Path], Sequence[str]],
    busy: Callable[[], int] = lambda: 0,
    again: Callable[[Part, Answer], bool] = lambda part, answer: False,
    lock: int | None = None,
) -> list[str]:
    """Runs the parts without an answer; those tried before come last, the most often tried last.

    Args:
      parts: parts, the most informative first.
      folder: folder of the answers; each is written there as it comes.
      device: kind of the device at hand.
      minutes: minutes from now; a part that does not fit into the rest is not started.
      program: gives the command that answers a part and writes a JSON file.
      busy: gives the MiB of the card's memory in use by others.
      again: tells whether an answer is to be measured again, such as one that is half an answer. It
        is kept if that fails.
      lock: lock on the folder; a part that outlives this process keeps it.

    Returns:
      A line for each part that was left out.
    """
    end = time.monotonic() + 60 * (minutes - ENDING)
    left_out = []
    for part in _order(parts, answers_lib.read(folder, parts), again):
        known = answers_lib.read(folder, parts)
        needed = part.minutes * pace(parts, known)
        left = (end - time.monotonic()) / 60
        if needed > left:
            left_out.append(f"{part.name}: needs about {needed:.1f} minutes")
            continue
        print(f"{part.name}: about {needed:.1f} of {left:.1f} minutes left", flush=True)
        used, begin = busy(), time.monotonic()
        limit = PATIENCE * max(part.minutes, needed)
        failed, found = _one(part, folder, program, 60 * min(left, limit), lock)
        took = (time.monotonic() - begin) / 60
        used = max(used, busy())
        print(f"  {failed or 'measured'} ({took:.1f} minutes)", flush=True)
        if failed and left <= took:  # noted, or a part that hangs would come first every time
            failed = f"the minutes were over after {took:.1f}"
            left_out.append(f"{part.name}: {failed}")
        answer = Answer(part.name, device, took, used, failed, found, part.asked)
        answers_lib.write(folder, part, _merged(known.get(part.name), answer))
        _found(folder, part).unlink(missing_ok=True)  # only now, as the disk may have been full
    return left_out


def _merged(before: Answer | None, now: Answer) -> Answer:
    """The newer answer, or the earlier one if that is worth more, with the number of attempts."""
    if before is None:
        return now
    kept = before if now.failed and not before.failed else now
    return dataclasses.replace(kept, tried=before.tried + 1)


def pace(parts: Sequence[Part], answers: Mapping[str, Answer]) -> float:
    """The ratio of measured times to estimates on this machine, by the parts with answers."""
    known = {part.name: part.minutes for part in parts}
    done = [a for a in answers.values() if not a.failed]
    took = sum(answer.minutes for answer in done)
    return (TRUSTED + took) / (TRUSTED + sum(known[answer.part] for answer in done))


def _order(
    parts: Sequence[Part],
    answers: Mapping[str, Answer],
    again: Callable[[Part, Answer], bool],
) -> list[Part]:
    fresh = [part for part in parts if part.name not in answers]
    known = [(part, answers[part.name]) for part in parts if part.name in answers]
    tried = [(part, answer) for part, answer in known if answer.failed or again(part, answer)]
    # One that hangs whenever it is tried must not keep the others of them from their turn.
    return fresh + [part for part, _ in sorted(tried, key=lambda pair: pair[1].tried)]


def _one(
    part: Part,
    folder: Path,
    program: Callable[[Part, Path], Sequence[str]],
    limit: float,
    lock: int | None,
) -> tuple[str, dict]:
    """Runs one part; returns why it failed, or "", and its answer."""
    logs, found = folder / "logs", _found(folder, part)
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
            pass_fds=[] if lock is None else [lock],
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
    try:
        answer = json_files.read(found, answers_lib.ADVICE)
    except UserError as error:
        return str(error), {}
    if reason := table.lacks(part, answer):
        return f"{reason}, see {log}", {}
    return "", answer


def _found(folder: Path, part: Part) -> Path:
    return folder / f"{part.name}.answer.json"


def environment(folder: Path) -> dict[str, str]:
    """Variables of a part's process; the compile cache lies in the folder and moves with it."""
    return {
        **os.environ,
        "JAX_COMPILATION_CACHE_DIR": str(folder.absolute() / "cache"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "PYTHONUNBUFFERED": "1",
    }


def _end(process: subprocess.Popen) -> None:
    """Ends a part and whatever it started, and waits until all of them are gone."""
    end = time.monotonic() + GONE
    while time.monotonic() < end:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        process.wait()
        time.sleep(0.01)


def _reason(code: int, log: Path) -> str:
    if code < 0:
        return f"ended by signal {-code} ({signal.strsignal(-code)}), see {log}"
    last = log.read_text(errors="replace").strip().rpartition("\n")[2]
    return f"{last.removeprefix('error: ')[:200] or f'exit code {code}'}, see {log}"
