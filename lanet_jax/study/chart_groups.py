"""Groups a study's runs into charts: one for each group of rows and tested split."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from lanet_jax.report.run_files import RunFiles
from lanet_jax.report.splits_of_runs import HELD_OUT
from lanet_jax.run.summary import HOLDOUT
from lanet_jax.study.grid import Level, Study, rows

# The finished runs of each row and column, one per seed.
Runs = dict[tuple[tuple[Level, ...], Level], list[RunFiles]]


class Place(NamedTuple):
    """Runs that are drawn in the same axes.

    Attributes:
      title: text above the axes.
      split: split that they are tested on; "" for their only one.
      lines: each row's name with its runs.
    """

    title: str
    split: str
    lines: tuple[tuple[str, list[RunFiles]], ...]


def places(study: Study, runs: Runs) -> Iterator[Place]:
    """The places of a study.

    Args:
      study: declaration of rows, columns and seeds.
      runs: finished runs of the study; others are not drawn.

    Yields:
      The places, in the order of the table.
    """
    groups: dict[str, list[tuple[Level, ...]]] = {}
    for row in rows(study):
        groups.setdefault(row[0].labels[0] if study.grouped else "", []).append(row)
    for (group, members), column in itertools.product(groups.items(), study.columns.levels):
        lines = tuple((_name(row, study.grouped), runs[row, column]) for row in members)
        held_out = any(HOLDOUT in run.judged_on for _, several in lines for run in several)
        for split, title in column.splits or (("", column.labels[0]),):
            title += f", {HELD_OUT}" * held_out
            shared = f"{title}, {study.rows[0].titles[0]} {group}" if group else title
            yield Place(shared, split, lines)


def _name(row: tuple[Level, ...], grouped: bool) -> str:
    """A row's labels, without the one that its group shares and those that are empty."""
    return ", ".join(filter(None, [label for level in row for label in level.labels][grouped:]))
