"""The results of a study: mean and standard deviation over the seeds, by row and column."""

import dataclasses
import statistics
from collections.abc import Sequence
from pathlib import Path

from lanet_jax.study import outcome
from lanet_jax.study.grid import Level, Study, key, rows
from lanet_jax.study.outcome import Outcome

MEASURES = ("final", "last5", "best", "mean_class", "fitted", "auroc")


@dataclasses.dataclass(frozen=True)
class Mean:
    """A mean over seeds.

    Attributes:
      mean: arithmetic mean over the seeds.
      std: sample standard deviation, over n - 1; None for a single value.
    """

    mean: float
    std: float | None


@dataclasses.dataclass(frozen=True)
class Entry:
    """One row of the table in one of its columns.

    Attributes:
      labels: label of the row on each axis.
      column: heading of its column.
      held_out: whether held-out records and their observed labels stand in for a test split.
      means: means by measure; a measure that no run has is absent.
      seeds: number of runs in the means.
      oracle: whether the best was chosen on the tested split itself.
      published: the paper's number; "" if there is none.
    """

    labels: tuple[str, ...]
    column: str
    held_out: bool
    means: dict[str, Mean]
    seeds: int
    oracle: bool
    published: str


def mean(values: Sequence[float]) -> Mean:
    """The mean and sample standard deviation of at least one value."""
    std = statistics.stdev(values) if len(values) > 1 else None
    return Mean(statistics.fmean(values), std)


def entries(study: Study, folder: Path) -> list[list[Entry]]:
    """Collects the results of the finished runs.

    Args:
      study: declaration of rows, columns and seeds.
      folder: folder of the study, with the cells' work folders.

    Returns:
      The columns of each row of the table.
    """
    columns = [
        (level, split, title)
        for level in study.columns.levels
        for split, title in level.splits or (("", level.labels[0]),)
    ]
    return [[_entry(study, folder, row, *column) for column in columns] for row in rows(study)]


def finished(folder: Path, experiment: str, seeds: Sequence[int]) -> list[Path]:
    """The work folders of an experiment's finished runs, in the order of the seeds."""
    homes = (folder / experiment / f"seed{seed}" for seed in seeds)
    return [home for home in homes if outcome.finished(home)]


def _entry(
    study: Study, folder: Path, row: tuple[Level, ...], column: Level, split: str, title: str
) -> Entry:
    experiment = key((*row, column))
    runs = [outcome.read(home, split) for home in finished(folder, experiment, study.seeds)]
    return Entry(
        labels=tuple(label for level in row for label in level.labels),
        column=title,
        held_out=any(run.held_out for run in runs),
        means={m: mean(v) for m in MEASURES if (v := _values(runs, m))},
        seeds=len(runs),
        oracle=any(run.oracle for run in runs),
        published=study.published.get(f"{experiment}/{split}" if split else experiment, ""),
    )


def _values(runs: Sequence[Outcome], measure: str) -> list[float]:
    values = [getattr(run, measure) for run in runs]
    return [value for value in values if value is not None]
