"""Writes the tables of a study, with notes for their readers."""

from collections.abc import Sequence
from pathlib import Path

from lanet_jax.files.atomic import write_csv, write_text
from lanet_jax.run import train_command
from lanet_jax.run.paths import RunFolder
from lanet_jax.study import notes as notes_of
from lanet_jax.study import study_page, sweep_figure, table_formats
from lanet_jax.study.grid import Cell, Study
from lanet_jax.study.results import entries
from lanet_jax.study.results_table import sheets


def write(study: Study, cells: Sequence[Cell], folder: Path) -> Path:
    """Writes `table.md`, `.tex`, `.csv` and `report.html` from the finished runs.

    Args:
      study: declaration of rows, columns and seeds.
      cells: runs of the study, finished or not.
      folder: folder of the study, which gets the files.

    Returns:
      The Markdown file.

    Raises:
      UserError: a run was not evaluated on the split that its column shows.
    """
    found = entries(study, folder)
    made = sheets(study, found)
    runs = study_page.finished(study, folder)
    each = study_page.each(runs)
    notes = [
        *notes_of.notes(study, cells, found, each, folder),
        *sweep_figure.draw(study, each, folder),
    ]
    commands = {c.name: _command(c, folder) for c in cells if c.seed == study.seeds[0]}
    other = "; another seed changes seed, noise.seed and the folder" * (len(study.seeds) > 1)
    # A comment among them, as the notes are printed without the commands.
    listed = [f"# The commands of seed {study.seeds[0]}{other}", *commands.values()]
    path = folder / "table.md"
    write_text(path, table_formats.markdown(made, notes, listed))
    write_text(folder / "table.tex", table_formats.latex(made, notes, listed))
    write_csv(folder / "table.csv", *table_formats.csv_rows(study, found))
    study_page.write(study, runs, made, notes, list(commands.items()), folder)
    return path


def _command(cell: Cell, folder: Path) -> str:
    """The command of a run."""
    kept = RunFolder(folder / cell.name).command
    if kept.exists():
        return kept.read_text(encoding="utf-8").strip()
    return train_command.line(cell.arguments(folder))
