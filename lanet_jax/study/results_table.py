"""The tables of a study, before they are written in any format."""

import dataclasses
import itertools

from lanet_jax.report.splits_of_runs import HELD_OUT
from lanet_jax.study.grid import Study
from lanet_jax.study.results import Entry, Mean

DASH = "-"
_TITLES = {
    "final": "final",
    "last5": "last 5",
    "best": "best",
    "mean_class": "mean class",
    "fitted": "wrong fitted",
    "auroc": "AUROC",
}
# The highest of a group is bold, as in the paper.
_COMPARED = ("final", "last5", "best", "mean_class")
HEADLINE = "last5"


@dataclasses.dataclass(frozen=True)
class Sheet:
    """One table.

    Attributes:
      title: text above the table.
      header: names of the columns.
      heads: number of columns that name the rows.
      rows: rows, with one text per column.
      groups: indices of the rows that begin a group.
      bold: (row, column) of the best of each group.
    """

    title: str
    header: tuple[str, ...]
    heads: int
    rows: tuple[tuple[str, ...], ...]
    groups: frozenset[int]
    bold: frozenset[tuple[int, int]]


def sheets(study: Study, entries: list[list[Entry]]) -> list[Sheet]:
    """Makes the table in the paper's form, and one with all measures for each of its columns.

    Args:
      study: declaration of rows and columns.
      entries: the columns of each row.

    Returns:
      The tables; with a single column only the second kind, which includes the first.
    """
    columns = [list(column) for column in zip(*entries, strict=True)]
    titles = tuple(title for axis in study.rows for title in axis.titles)
    detailed = [_detailed(study, titles, column) for column in columns]
    if len(columns) == 1:
        return detailed
    return [_paper_form(study, titles, columns), *detailed]


def _paper_form(study: Study, titles: tuple[str, ...], columns: list[list[Entry]]) -> Sheet:
    header, filled, bold = list(titles), [], set()
    groups = _groups(study, columns[0])
    for column in columns:
        bold |= _best(column, groups, HEADLINE, len(header))
        header.append(_heading(column))
        filled.append([_value(study, entry) for entry in column])
        if any(entry.published for entry in column):
            header.append(study.source)
            filled.append([entry.published or DASH for entry in column])
    rows = _rows(columns[0], groups, filled)
    title = f"{study.title} (accuracy in %, mean of the last 5 epochs)"
    return Sheet(title, tuple(header), len(titles), rows, frozenset(groups), frozenset(bold))


def _detailed(study: Study, titles: tuple[str, ...], column: list[Entry]) -> Sheet:
    header, filled, bold = list(titles), [], set()
    groups = _groups(study, column)
    oracle = any(entry.oracle for entry in column)
    for measure, title in _TITLES.items():
        if measure not in _COMPARED and not any(measure in entry.means for entry in column):
            continue
        if measure in _COMPARED:
            bold |= _best(column, groups, measure, len(header))
        header.append("oracle" if measure == "best" and oracle else title)
        filled.append([text(measure, entry.means.get(measure)) for entry in column])
    header.append("seeds")
    filled.append([_seeds(study, entry) for entry in column])
    if any(entry.published for entry in column):
        header.append(study.source)
        filled.append([entry.published or DASH for entry in column])
    rows = _rows(column, groups, filled)
    title = f"{study.title}: {_heading(column)} (%)"
    return Sheet(title, tuple(header), len(titles), rows, frozenset(groups), frozenset(bold))


def text(measure: str, value: Mean | None) -> str:
    """Writes a mean as the paper prints it: percent with two digits, AUROC with three.

    Args:
      measure: name of a measure, as in `Outcome`.
      value: the mean; None gives a dash.

    Returns:
      The text, such as "85.33±0.18".
    """
    if value is None:
        return DASH
    scale, digits = (1, 3) if measure == "auroc" else (100, 2)
    std = "" if value.std is None else f"±{scale * value.std:.{digits}f}"
    return f"{scale * value.mean:.{digits}f}{std}"


def _heading(column: list[Entry]) -> str:
    held_out = any(entry.held_out for entry in column)
    return f"{column[0].column}, {HELD_OUT}" if held_out else column[0].column


def _value(study: Study, entry: Entry) -> str:
    partial = 0 < entry.seeds < len(study.seeds)
    return text(HEADLINE, entry.means.get(HEADLINE)) + f" ({_seeds(study, entry)})" * partial


def _seeds(study: Study, entry: Entry) -> str:
    return f"{entry.seeds} of {len(study.seeds)}"


def _groups(study: Study, column: list[Entry]) -> list[int]:
    """The first row of each group; one group if the study does not group its rows."""
    if not study.grouped:
        return [0]
    outer = [entry.labels[0] for entry in column]
    return [0, *(i for i in range(1, len(outer)) if outer[i] != outer[i - 1])]


def _best(column: list[Entry], groups: list[int], measure: str, index: int) -> set[tuple[int, int]]:
    bold = set()
    for start, end in itertools.pairwise((*groups, len(column))):
        means = {
            row: column[row].means[measure].mean
            for row in range(start, end)
            if measure in column[row].means
        }
        if len(means) > 1:
            top = max(means.values())
            bold |= {(row, index) for row, value in means.items() if value == top}
    return bold


def _rows(
    column: list[Entry], groups: list[int], filled: list[list[str]]
) -> tuple[tuple[str, ...], ...]:
    rows = []
    for i, entry in enumerate(column):
        first, *rest = entry.labels
        repeated = len(groups) > 1 and i not in groups
        rows.append(("" if repeated else first, *rest, *(texts[i] for texts in filled)))
    return tuple(rows)
