"""`report.html` of a study: its tables, what was measured over the epochs, and its commands."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lanet_jax.drawing import style, sweep, sweeps
from lanet_jax.report import charts, files, gallery, page
from lanet_jax.report.charts import percent, thousandths
from lanet_jax.report.files import RunFiles
from lanet_jax.report.section import Panel, Section, Table
from lanet_jax.studies import outcome
from lanet_jax.studies.grid import Level, Study, key, rows
from lanet_jax.studies.table import Sheet

_MEASURED = (
    ("accuracy, {}", "accuracy", percent),
    ("wrong labels fitted", "wrong_fitted", percent),
    ("AUROC of finding wrong labels", "auroc", thousandths),
)


def write(
    study: Study,
    sheets: Sequence[Sheet],
    notes: Sequence[str],
    commands: Sequence[tuple[str, str]],
    folder: Path,
) -> Path:
    """Writes the page from the runs that are finished, and draws a sweep if they are one.

    Args:
      study: the declaration.
      sheets: its tables.
      notes: what a reader of the tables must know.
      commands: pairs of a run's name and the command that makes it.
      folder: of the study.

    Returns:
      The page.

    Raises:
      UserError: a run's file is not what it should be.
    """
    runs = {
        (row, column): [
            files.read(home)
            for home in (folder / key((*row, column)) / f"seed{seed}" for seed in study.seeds)
            if outcome.finished(home)
        ]
        for row, column in itertools.product(rows(study), study.columns.levels)
    }
    _draw_sweep([run for several in runs.values() for run in several], folder)
    made = Table(("run", "command"), tuple(commands))
    sections = [
        *(Section(s.title, table=Table(s.header, s.rows, s.bold)) for s in sheets),
        Section("How to read them", " ".join(f"{note.rstrip('.:')}." for note in notes)),
        *_curves(study, runs),
        gallery.pictures(folder / gallery.FOLDER),
        Section("Commands", table=made, folded=True),
    ]
    return page.render(folder / "report.html", study.title, sections)


def _draw_sweep(runs: list[RunFiles], folder: Path) -> None:
    curves = sweeps.curves(runs)
    if curves:
        style.save(sweep.draw(curves), folder / gallery.FOLDER, "sweep")


def _curves(
    study: Study, runs: dict[tuple[tuple[Level, ...], Level], list[RunFiles]]
) -> list[Section]:
    """For each group of rows and each column, a line a row: the mean over its seeds."""
    grouped: dict[str, list[tuple[Level, ...]]] = {}
    for row in rows(study):
        grouped.setdefault(row[0].labels[0] if study.grouped else "", []).append(row)
    sections = []
    for (group, members), column in itertools.product(grouped.items(), study.columns.levels):
        for split, title in column.splits or (("", column.labels[0]),):
            where = ", ".join(
                filter(None, (title, f"{study.rows[0].titles[0]} {group}" * bool(group)))
            )
            names = [_name(row[1:] if group else row) for row in members]
            panels = []
            for measured, field, show in _MEASURED:
                series = []
                for i, (row, name) in enumerate(zip(members, names, strict=True)):
                    x, y = _mean_curve(runs[row, column], split, field)
                    if x:
                        series.append(charts.Series(name, x, y, i))
                if series:
                    what = measured.format(where)
                    ends = tuple((one.index, show(one.y[-1])) for one in series)
                    chart = charts.lines(series, "epoch", show, what, True)
                    panels.append(Panel(what, chart, ends))
            if panels:
                heading = f"Over the epochs: {where}"
                sections.append(
                    Section(heading, legend=tuple(names), panels=tuple(panels), wide=True)
                )
    return sections


def _name(levels: Sequence[Level]) -> str:
    return ", ".join(label for level in levels for label in level.labels)


def _mean_curve(runs: list[RunFiles], split: str, field: str) -> tuple[list[float], list[float]]:
    """Epochs that all runs have, and the mean of the runs there."""
    found = []
    for run in runs:
        own = (
            "labels"
            if field != "accuracy"
            else split or min(run.summary.keys() - {"labels", "holdout"})
        )
        found.append(dict(zip(*run.curve(own, field), strict=True)))
    shared = sorted(set.intersection(*map(set, found))) if found else []
    return shared, [float(np.mean([one[epoch] for one in found])) for epoch in shared]
