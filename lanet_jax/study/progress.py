"""The progress line of a study: the running cell, its progress, and the time left."""

import statistics
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from lanet_jax.study import outcome
from lanet_jax.study.grid import Cell

_SOON = 0.05  # share of a run before its pace counts, as the start is compilation


def seconds_left(
    known: Mapping[str, float],
    waiting: Iterable[str],
    running: str,
    before: float,
    share: float,
    elapsed: float,
) -> float | None:
    """Estimates how long the running cell and the waiting ones will take.

    Args:
      known: seconds that complete runs took, by experiment (row and column, any seed).
      waiting: experiments of the cells that have not started.
      running: experiment of the running cell.
      before: share of it that was done when it was started or resumed.
      share: share of it that is done now.
      elapsed: seconds since it was started or resumed.

    Returns:
      Seconds, or None if nothing is known yet. An experiment that has not run yet counts as the
      mean of the others.
    """
    expected = dict(known)
    if share - before > _SOON:
        expected[running] = elapsed / (share - before)
    if not expected:
        return None
    mean = statistics.fmean(expected.values())
    rest = expected.get(running, mean) * (1 - share)
    return rest + sum(expected.get(experiment, mean) for experiment in waiting)


def duration(seconds: float) -> str:
    """Seconds in words, rounded: "3 min", "5 h 20 min", "2 d 4 h"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under 1 min"
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"


class Progress:
    """Prints the progress of a study: one updated line on a terminal, otherwise a line per cell.

    Args:
      folder: folder of the study, with the cells' work folders.
      waiting: the cells to run.
      finished: number of cells that are finished already.
    """

    def __init__(self, folder: Path, waiting: list[Cell], finished: int) -> None:
        self._folder, self._waiting, self._count = folder, list(waiting), finished
        self._total = len(waiting) + finished
        self._failed = 0
        self._known: dict[str, float] = {}
        self._first: dict[str, str] = {}  # the cell that failed first, by reason
        self._terminal = sys.stderr.isatty()

    def begin(self, cell: Cell) -> None:
        """Call it when a cell starts."""
        self._cell = cell
        self._waiting.remove(cell)
        self._count += 1
        self._started = time.monotonic()
        self._before = outcome.progress(self._folder / cell.name)
        if not self._terminal:
            print(self.line(), file=sys.stderr, flush=True)

    def show(self) -> None:
        """Updates the line on a terminal."""
        if self._terminal:
            print(f"\r{self.line()}\x1b[K", end="", file=sys.stderr, flush=True)

    def end(self, reason: str) -> None:
        """Call it when the cell has ended, with the reason if it failed, else ""."""
        elapsed = time.monotonic() - self._started
        self._failed += bool(reason)
        # The end of a resumed run tells little of a whole one.
        if not reason and self._before < 0.5:
            self._known[self._cell.experiment] = elapsed / (1 - self._before)
        how = f"finished in {duration(elapsed)}"
        if reason:
            first = self._first.setdefault(reason, self._cell.name)
            how = f"failed: {reason if first == self._cell.name else f'as {first}'}"
        start = "\r\x1b[K" if self._terminal else ""
        text = f"{start}[{self._count}/{self._total}] {self._cell.name} {how}"
        print(text, file=sys.stderr, flush=True)

    def line(self) -> str:
        """The current line."""
        elapsed = time.monotonic() - self._started
        share = outcome.progress(self._folder / self._cell.name)
        waiting = [cell.experiment for cell in self._waiting]
        running = self._cell.experiment
        left = seconds_left(self._known, waiting, running, self._before, share, elapsed)
        parts = [f"{share:.0%} in {duration(elapsed)}"]
        parts.append("time left unknown yet" if left is None else f"{duration(left)} left")
        if self._failed:
            parts.append(f"{self._failed} failed")
        return f"[{self._count}/{self._total}] {self._cell.name}: {', '.join(parts)}"
