"""One life of a run: a process that is ended by SIGKILL, or ends by itself."""

import dataclasses
import json
import random
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
POLL = 0.002  # s
HANG = 600  # s, after which a process counts as hung


@dataclasses.dataclass(frozen=True)
class Moment:
    """When to kill: `delay` seconds after new rows, checkpoint writes and a step.

    Attributes:
      rows: number of new rows in metrics.jsonl to wait for.
      writes: number of checkpoint writes to wait for.
      delay: further seconds.
      step: step to wait for, and further for one that is past a complete numbered checkpoint, so
        that a resume has something to resume from; 0 waits for none.
    """

    rows: int
    writes: int
    delay: float
    step: int = 0

    @classmethod
    def draw(cls, chance: random.Random, life: float) -> "Moment":
        """Draws a moment; half of them fall into a checkpoint write, if it takes 0.15 s.

        Args:
          chance: source of randomness.
          life: seconds that an undisturbed run takes.

        Returns:
          The moment.
        """
        kind = chance.choice(("time", "rows", "write", "write"))
        if kind == "time":
            return cls(0, 0, chance.uniform(0, life))
        if kind == "rows":
            return cls(chance.randint(1, 9), 0, chance.uniform(0, 0.1))
        return cls(0, chance.randint(1, 3), chance.uniform(0, 0.15))


@dataclasses.dataclass(frozen=True)
class Life:
    """How a process of the run ended.

    Attributes:
      code: exit code; None if it was killed.
      writing: whether it was killed while a checkpoint was being written.
      broken: number of checkpoints that it found broken.
    """

    code: int | None
    writing: bool
    broken: int


def live(
    command: Sequence[str],
    environment: Mapping[str, str],
    workdir: Path,
    log: Path,
    moment: Moment | None = None,
) -> Life:
    """Starts or resumes a run, and waits until its process has ended.

    Args:
      command: command of the run.
      environment: environment of its process.
      workdir: work folder of the run.
      log: file for its output.
      moment: when to kill it; None lets it finish.

    Returns:
      How it ended.
    """
    before, rows, killed = _temporary(workdir), _rows(workdir), False
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        hung = threading.Timer(HANG, process.kill)
        hung.start()
        try:
            killed = moment is not None and _kill(process, moment, workdir, before, rows)
            process.wait()
        finally:
            hung.cancel()
            process.kill()
    return Life(
        code=None if killed else process.returncode,
        writing=killed and bool(_temporary(workdir) - before),
        broken=log.read_text(errors="replace").count("does not restore"),
    )


def _kill(process: subprocess.Popen, moment: Moment, workdir: Path, before: set, rows: int) -> bool:
    seen: set = set()
    while (
        len(seen) < moment.writes
        or _rows(workdir) - rows < moment.rows
        or not _past(workdir, moment.step)
    ):
        if process.poll() is not None:
            return False
        rows = min(rows, _rows(workdir))  # a resume drops what its checkpoint does not know
        now = _temporary(workdir)
        before &= now  # a resume also removes what the killed process left half-written
        seen |= now - before
        time.sleep(POLL)
    try:
        process.wait(moment.delay)
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        return True


def saved(workdir: Path) -> int:
    """Step of a run's newest complete checkpoint, the best one aside; 0 without one."""
    found = (workdir / "checkpoints").glob("[0-9]*")
    return max((int(path.name) for path in found if path.name.isdigit()), default=0)


def _past(workdir: Path, step: int) -> bool:
    """Whether a run has done a step, and one after its newest checkpoint; true for step 0."""
    if not step:
        return True
    newest = saved(workdir)  # before the rows, so that these are not from after a later one
    return newest > 0 and _step(workdir) >= max(step, newest + 1)


def _step(workdir: Path) -> int:
    """Last step that metrics.jsonl tells of; 0 before the first. Evaluations are no steps."""
    text = (workdir / "metrics.jsonl").read_bytes() if _rows(workdir) else b""
    rows = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith(b"\n")]
    return max((row["step"] for row in rows if row["split"] == "train"), default=0)


def _rows(workdir: Path) -> int:
    try:
        return (workdir / "metrics.jsonl").read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def _temporary(workdir: Path) -> set[tuple[str, int]]:
    """Checkpoints that are incomplete, being written or left by a kill."""
    found = set()
    for path in [*workdir.glob("checkpoints/*tmp*"), *workdir.glob("checkpoints/best/*tmp*")]:
        try:
            found.add((str(path), path.stat().st_ino))
        except FileNotFoundError:
            continue  # it has just been completed
    return found
