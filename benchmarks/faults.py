"""Kills a run at random moments again and again, and checks that resuming loses nothing.

  python -m benchmarks.faults --kills=100 --seed=0 --minutes=30

Each process is ended by SIGKILL after a time, after some steps, or while a checkpoint is being
written; the next one resumes the run. A run that finishes must equal an undisturbed one bit for
bit, and then another one starts. The seed fixes the moments; which instruction they hit depends on
the machine. Exits 1 unless every goal is met: all kills were made, at least one while a checkpoint
was being written, and nothing was lost.
"""

import argparse
import dataclasses
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks import killing
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.errors import UserError

# 32 steps in 4 epochs, with checkpoints within and at the ends of epochs.
SETTINGS = ("data.limit=64", "optim.batch_size=8", "optim.epochs=4", "el.queue_size=32")
SETTINGS += ("train.checkpoint_every=3",)


@dataclasses.dataclass
class Outcome:
    """Counts of kills and of what became of the runs.

    Attributes:
      asked: number of kills asked for.
      kills: number of kills made before the time was up.
      writing: kills while a checkpoint was being written.
      lost: resumes that ended with an error.
      broken: checkpoints that a resume had to move aside.
      runs: runs that finished.
      identical: finished runs that equal the undisturbed one.
      reasons: a line for each loss and difference.
    """

    asked: int
    kills: int = 0
    writing: int = 0
    lost: int = 0
    broken: int = 0
    runs: int = 0
    identical: int = 0
    reasons: list[str] = dataclasses.field(default_factory=list)

    def judged(self) -> list[tuple[str, object, object, str]]:
        """Rows of the table: what was measured, the number, its goal, and the verdict."""
        from benchmarks import report  # imports JAX

        def verdict(met: bool) -> str:
            return report.verdict(met, quick=False)

        def killed(met: bool) -> str:
            return "time box" if not met and self.kills < self.asked else verdict(met)

        return [
            ("kills", self.kills, self.asked, killed(self.kills == self.asked)),
            (
                "of them while a checkpoint was being written",
                self.writing,
                ">= 1",
                killed(self.writing > 0),
            ),
            ("checkpoints that did not restore", self.broken, 0, verdict(not self.broken)),
            ("resumes that ended with an error", self.lost, 0, verdict(not self.lost)),
            (
                "finished runs equal to the undisturbed one, bit for bit",
                f"{self.identical} of {self.runs}",
                "all",
                verdict(0 < self.runs == self.identical),
            ),
        ]

    def met(self) -> bool:
        """Whether every goal is met."""
        return all(row[-1] == "met" for row in self.judged())


def torment(
    command: Callable[[Path], Sequence[str]],
    environment: Mapping[str, str],
    undisturbed: Path,
    folder: Path,
    *,
    kills: int,
    seed: int,
    seconds: float,
    life: float,
) -> Outcome:
    """Kills and resumes runs until enough kills are made; the last run is finished, too.

    Args:
      command: gives the command that starts or resumes the run of a work folder.
      environment: environment of the processes.
      undisturbed: work folder of a finished run.
      folder: parent of the other work folders; lost and differing ones stay there.
      kills: number of kills.
      seed: seed of the moments.
      seconds: time after which no more kills are made.
      life: seconds that an undisturbed run takes.

    Returns:
      The counts.
    """
    from benchmarks import bitwise  # starts JAX

    chance, outcome = random.Random(seed), Outcome(asked=kills)
    end, number = time.monotonic() + seconds, 0

    def wanted() -> bool:
        return outcome.kills < kills and time.monotonic() < end

    while wanted():
        number += 1
        workdir, log = folder / f"run{number}", folder / f"run{number}.log"
        while True:
            moment = killing.Moment.draw(chance, life) if wanted() else None
            one = killing.live(command(workdir), environment, workdir, log, moment)
            outcome.writing += one.writing
            outcome.broken += one.broken
            if one.code is not None:
                break
            outcome.kills += 1
        if one.code:
            outcome.lost += 1
            outcome.reasons.append(f"{workdir}: exit code {one.code}, see {log}")
            continue
        outcome.runs += 1
        differing = bitwise.differences(workdir, undisturbed)
        outcome.reasons += [f"{workdir}: {name} differs" for name in differing]
        if not differing:
            outcome.identical += 1
            shutil.rmtree(workdir)
    return outcome


def main() -> None:
    """Prints the counts beside their goals."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="default 100")
    parser.add_argument("--seed", type=int, default=0, help="seed of the moments")
    parser.add_argument("--minutes", type=float, default=30, help="time for kills (default: 30)")
    parser.add_argument("--folder", type=Path, help="keep lost and differing runs here")
    options = parser.parse_args()
    environment = {**os.environ, "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
    os.environ["JAX_PLATFORMS"] = "cpu"  # this process must leave the accelerator to the runs
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        environment["JAX_COMPILATION_CACHE_DIR"] = f"{temporary}/cache"
        outcome = _measure(Path(temporary), folder, environment, options)
    sys.exit(0 if outcome.met() else 1)


def _measure(
    temporary: Path, folder: Path, environment: dict[str, str], options: argparse.Namespace
) -> Outcome:
    from benchmarks import demo, report

    demo.prepare(temporary / "data")

    def command(workdir: Path) -> list[str]:
        fields = (f"data.dir={temporary / 'data'}", *SETTINGS)
        run = (sys.executable, "-m", "lanet_jax.main", "--config=configs/demo.py:tiny")
        return [*run, f"--workdir={workdir}", *(f"--config.{field}" for field in fields)]

    life = 0.0
    for _ in range(2):  # the first one compiles
        undisturbed, begin = temporary / "undisturbed", time.monotonic()
        shutil.rmtree(undisturbed, ignore_errors=True)
        log = temporary / "undisturbed.log"
        if killing.live(command(undisturbed), environment, undisturbed, log).code:
            last = log.read_text(errors="replace").strip().splitlines()[-1]
            raise UserError(f"the undisturbed run failed: {last.removeprefix('error: ')}")
        life = time.monotonic() - begin
    outcome = torment(
        command,
        environment,
        undisturbed,
        folder,
        kills=options.kills,
        seed=options.seed,
        seconds=60 * options.minutes,
        life=life,
    )
    report.show(("", "measured", "goal", ""), outcome.judged(), outcome.reasons)
    return outcome


if __name__ == "__main__":
    exit_on_user_error(main)()
