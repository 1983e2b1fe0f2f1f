"""`lanet folds --workdir=DIR`: retrains a run several times, each without a part of its records.

All folds have the labels and the config of the run; `lanet audit --workdir=DIR --held_out` reads
them together. They are trained one after another; the same command resumes.
"""

import csv
import math
import shutil
from collections.abc import Sequence
from pathlib import Path

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser, whole
from lanet_jax.errors import UserError
from lanet_jax.files.atomic import replacing, write_text
from lanet_jax.from_config import before_reading, flags
from lanet_jax.from_config.config import resolve
from lanet_jax.run import folder as run_folder
from lanet_jax.run.paths import RunFolder
from lanet_jax.study import checks, commands, declaration, grid, outcome, runner
from lanet_jax.study.grid import Cell

PARTS = 5
_CONFIG = '''"""The config of the run in the folder above, for its folds."""

from pathlib import Path

from lanet_jax.run import folder


def get_config():
    """The config as the run has it."""
    return folder.load_config(Path(__file__).parents[1])
'''


def main() -> None:
    """Trains the unfinished folds."""
    parser = Parser(
        prog="lanet folds",
        description=__doc__.splitlines()[0],
        epilog="--config.FIELD=VALUE is passed to every fold, such as --config.optim.epochs=20.",
    )
    parser.add_argument("--workdir", type=Path, required=True, help="folder of the trained run")
    parts = f"number of parts (default: {PARTS})"
    parser.add_argument("--parts", type=whole(2), default=PARTS, help=parts)
    arguments, rest = parser.parse_known_args()
    overrides = commands.overrides(rest, "fold")
    commands.require_one_process()
    with commands.stoppable("the same command resumes"):
        folds(arguments.workdir, arguments.parts, overrides)


def folds(
    workdir: Path,
    parts: int = PARTS,
    overrides: Sequence[str] = (),
    program: Sequence[str] = runner.MAIN,
) -> None:
    """Trains each fold in its own process, and prints how the audit reads them.

    Args:
      workdir: work folder of the run.
      parts: number of folds to train.
      overrides: config fields that differ from the run in all folds, such as "optim.epochs=20".
      program: command that trains: `runner.MAIN`, except in tests.

    Raises:
      UserError: there is no such run, its folds were declared differently or do not fill a batch,
        or one failed.
    """
    run = RunFolder(workdir)
    config = run_folder.load_config(workdir)
    if not run.labels.exists():
        raise UserError(f"{workdir} has no labels.csv, which its training writes: train it first")
    with open(run.labels, newline="", encoding="utf-8") as file:
        records = sum(1 for _ in csv.reader(file)) - 1
    cells = _cells(run, records, config.seed, parts, overrides)
    run.folds.mkdir(exist_ok=True)
    write_text(run.folds / "config.py", _CONFIG)
    checks.check(cells)
    _check_batches(cells, records)
    advice = f"remove {run.folds}, or repeat the same flags"
    declaration.claim(run.folds, cells, cells, advice=advice)
    for cell in cells:
        own = RunFolder(run.folds / cell.name)
        if not own.labels.exists():  # the run's own labels, even if a label file has changed since
            own.path.mkdir(parents=True, exist_ok=True)
            with replacing(own.labels) as temporary:
                shutil.copyfile(run.labels, temporary)
    failed = runner.run(cells, run.folds, lambda: None, program)
    commands.refuse_failures(failed, len(cells), "folds")
    print(f"{len(cells)} folds are trained: `lanet audit --workdir={workdir} --held_out`")


def made(workdir: Path) -> list[Path]:
    """Lists the finished folds of a run.

    Args:
      workdir: work folder of the run.

    Returns:
      Work folders of the folds.

    Raises:
      UserError: there is none, or one is not finished.
    """
    run = RunFolder(workdir)
    found = sorted(path.parent for path in run.folds.glob("*/*/labels.csv"))
    left = [path for path in found if not outcome.finished(path)]
    if left or not found:
        what = f"{left[0]} is not finished" if left else f"{workdir} has no folds"
        raise UserError(f"{what}: run `lanet folds --workdir={workdir}` first")
    return found


def _check_batches(cells: Sequence[Cell], records: int) -> None:
    """Refuses a fold that cannot train before anything is declared, as all would fail alike."""
    for cell in cells:
        try:
            before_reading.check_count(resolve(flags.config(cell.config_flags)), records)
        except UserError as error:
            raise UserError(f"{cell.name}: {error}") from error


def _cells(
    run: RunFolder, records: int, seed: int, parts: int, overrides: Sequence[str]
) -> list[Cell]:
    if records < parts:
        raise UserError(f"{run.labels} has {records} records: --parts={parts} are too many")
    size = math.ceil(records / parts)  # rounded down, some records would be in no part
    count = math.ceil(records / size)
    return [
        Cell(
            f"{part + 1}-of-{count}",
            seed,
            str(run.folds / "config.py"),
            (*overrides, f"data.holdout={size / records}", f"data.fold={part}"),
            grid.names(overrides),
        )
        for part in range(count)
    ]


if __name__ == "__main__":
    exit_on_user_error(main)()
