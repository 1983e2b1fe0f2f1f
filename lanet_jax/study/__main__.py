"""`lanet study configs/studies/table1.py[:SCALE] --workdir=DIR [--config.x.y=v]`."""

from pathlib import Path

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser
from lanet_jax.errors import UserError
from lanet_jax.run import train_command
from lanet_jax.study import (
    checks,
    commands,
    declaration,
    grid,
    loading,
    outcome,
    runner,
    write,
)


def main() -> None:
    """Runs the unfinished cells of a study, and writes its tables."""
    arguments, rest = _parser().parse_known_args()
    extra = commands.overrides(rest, "run")
    folder: Path = arguments.workdir
    study = loading.load(arguments.study)
    cells = grid.cells(study, extra)
    selected = declaration.select(cells, arguments.only)
    if arguments.dry_run:
        declaration.claim(folder, cells, selected, write=False)
        for cell in selected:
            started = train_command.line(cell.arguments(folder))
            print(f"{cell.name} ({outcome.state(folder / cell.name)})\n  {started}")
        return
    if arguments.table_only:
        if not (folder / "study.json").exists():
            raise UserError(f"{folder} holds no study (no study.json): check --workdir")
        declaration.claim(folder, cells, [], write=False)
        print(write.write(study, cells, folder))
        return
    commands.require_one_process("other hosts take other --only, each with its own --workdir")
    declaration.claim(folder, cells, selected)
    checks.check_data([cell for cell in selected if not outcome.finished(folder / cell.name)])
    with commands.stoppable("the same command resumes it"):
        failed = runner.run(
            selected, folder, lambda: write.write(study, cells, folder), program=runner.MAIN
        )
    table = write.write(study, cells, folder)
    print(table.read_text(encoding="utf-8").partition("\n\n```")[0])
    print(f"\n{table}")
    commands.refuse_failures(failed, len(selected), "cells")


def _parser() -> Parser:
    parser = Parser(
        prog="lanet study",
        description="Runs a study's cells one after the other; the same command resumes it.",
        epilog="--config.FIELD=VALUE is passed to every run.",
    )
    parser.add_argument(
        "study", help="configs/studies/NAME.py; a scale, cpu or demo, follows a colon"
    )
    parser.add_argument("--workdir", type=Path, required=True, help="folder of the study")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="run only cells with this name ('30/*') or name part (lanet); repeatable",
    )
    parser.add_argument(
        "--dry_run", action="store_true", help="print the cells and their commands, run nothing"
    )
    parser.add_argument(
        "--table_only", action="store_true", help="only write the tables, from finished runs"
    )
    return parser


if __name__ == "__main__":
    exit_on_user_error(main)()
