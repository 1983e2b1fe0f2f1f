"""Writes the tables of a study, with notes for their readers."""

from collections.abc import Sequence
from pathlib import Path

from flax.traverse_util import flatten_dict

from lanet_jax.files import json_files
from lanet_jax.files.atomic import write_csv, write_text
from lanet_jax.report.splits_of_runs import HELD_OUT
from lanet_jax.run import folder as run_folder
from lanet_jax.run import train_command
from lanet_jax.run.paths import RunFolder
from lanet_jax.study import outcome, study_page, table_formats
from lanet_jax.study.grid import Cell, Study
from lanet_jax.study.results import Entry, entries
from lanet_jax.study.results_table import sheets

# Config fields that a reader needs to compare the runs with others.
_SETTINGS = (
    *("schedule", "optim.epochs", "optim.batch_size", "optim.learning_rate", "augment.size"),
    *("model.depth", "model.width", "model.pretrained", "data.limit", "data.test_split"),
)


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
    notes = _notes(study, cells, found, folder)
    commands = {c.name: _command(c, folder) for c in cells if c.seed == study.seeds[0]}
    other = "; another seed changes seed, noise.seed and the folder" * (len(study.seeds) > 1)
    told = [*notes, f"The commands of seed {study.seeds[0]}{other}:"]
    path = folder / "table.md"
    write_text(path, table_formats.markdown(made, told, commands.values()))
    write_text(folder / "table.tex", table_formats.latex(made, told, commands.values()))
    write_csv(folder / "table.csv", *table_formats.csv_rows(study, found))
    study_page.write(study, made, notes, list(commands.items()), folder)
    return path


def _notes(
    study: Study, cells: Sequence[Cell], found: list[list[Entry]], folder: Path
) -> list[str]:
    seeds = ", ".join(map(str, study.seeds))
    over = (
        f"Mean±sample standard deviation over seeds {seeds}, each with wrong labels and, where "
        "data.limit is set, images of its own; a mean over fewer says so"
    )
    if len(study.seeds) == 1:
        over = f"One run each, of seed {seeds}"
    notes = [f"{over}; a dash: no finished run. The highest of its group is bold."]
    if any(entry.oracle for row in found for entry in row):
        notes.append(
            "oracle: the best epoch was chosen on the tested split itself: a bound, not a result."
        )
    if any(entry.held_out for row in found for entry in row):
        notes.append(
            f"{HELD_OUT}: the runs have no test split, so that training records that they held out "
            "judge them, wrong labels included; with label noise, no accuracy on true labels."
        )
    homes = [folder / cell.name for cell in cells]
    settings = _settings([home for home in homes if outcome.finished(home)])
    notes += [f"As run: {settings}."] * bool(settings)
    notes += study.notes
    for cell, home in zip(cells, homes, strict=True):
        if outcome.state(home) == "failed":
            notes.append(f"{cell.name} failed: {outcome.error(home)}")
    return notes


def _settings(finished: Sequence[Path]) -> str:
    """The settings of the finished runs, each with all its values."""
    paths = [RunFolder(home).config for home in finished]
    configs = [
        flatten_dict(json_files.read(path, run_folder.ADVICE), sep=".")
        for path in paths
        if path.exists()
    ]
    told = []
    for field in _SETTINGS:
        values = dict.fromkeys(_text(config[field]) for config in configs if field in config)
        told += [f"{field} {' or '.join(values)}"] * bool(values)
    return ", ".join(told)


def _text(value: object) -> str:
    return ("+".join(map(str, value)) if isinstance(value, list) else str(value)) or "none"


def _command(cell: Cell, folder: Path) -> str:
    """The command of a run."""
    kept = RunFolder(folder / cell.name).command
    if kept.exists():
        return kept.read_text(encoding="utf-8").strip()
    return train_command.line(cell.arguments(folder))
