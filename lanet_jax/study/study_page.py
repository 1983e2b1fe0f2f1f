"""Writes `report.html` of a study: its tables, curves, figures and commands."""

import itertools
from collections.abc import Collection, Sequence
from pathlib import Path

from lanet_jax.report import gallery, page, run_files, run_sections
from lanet_jax.report.run_files import RunFiles
from lanet_jax.report.section import Section, Table
from lanet_jax.study import class_recall, curves, results
from lanet_jax.study.chart_groups import Runs, places
from lanet_jax.study.grid import Study, key, rows
from lanet_jax.study.results_table import Sheet


def finished(study: Study, folder: Path) -> Runs:
    """Reads the finished runs of a study.

    Args:
      study: declaration of rows, columns and seeds.
      folder: folder of the study.

    Returns:
      The runs of each row and column.

    Raises:
      UserError: a run's file is damaged.
    """
    return {
        (row, column): [
            run_files.read(home)
            for home in results.finished(folder, key((*row, column)), study.seeds)
        ]
        for row, column in itertools.product(rows(study), study.columns.levels)
    }


def each(runs: Runs) -> list[RunFiles]:
    """The runs, each once: rows with the same key are the same run."""
    return list({run.folder: run for several in runs.values() for run in several}.values())


def write(
    study: Study,
    runs: Runs,
    sheets: Sequence[Sheet],
    notes: Sequence[str],
    commands: Sequence[tuple[str, str]],
    folder: Path,
) -> Path:
    """Writes the page from the finished runs.

    Below the tables come curves, recall and confusion of each row, the study's figures, the config
    fields that all runs share, and the commands.

    Args:
      study: declaration of rows, columns and seeds.
      runs: the finished runs, from `finished`.
      sheets: tables from `results_table.sheets`.
      notes: remarks for readers of the tables.
      commands: pairs of a run's name and its command.
      folder: folder of the study, which gets the page.

    Returns:
      The page.
    """
    shown = list(places(study, runs))
    made = Table(("run", "command"), tuple(commands))
    sections = [
        *(Section(s.title, table=Table(s.header, s.rows, s.bold)) for s in sheets),
        Section("How to read them", " ".join(f"{note.rstrip('.:')}." for note in notes)),
        *curves.sections(shown),
        *class_recall.sections(shown),
        gallery.pictures(folder / gallery.FOLDER),
        _config(each(runs)),
        Section("Commands", table=made, folded=True),
    ]
    return page.render(folder / "report.html", study.title, sections)


def _config(runs: Collection[RunFiles]) -> Section | None:
    """The config fields that all runs share; the commands have those that differ."""
    configs: list[set[tuple[str, ...]]] = [set(run_sections.fields(run.config)) for run in runs]
    if not configs:
        return None
    table = Table(("field", "value"), tuple(sorted(set.intersection(*configs))))
    return Section("Config that all runs share", table=table, folded=True)
