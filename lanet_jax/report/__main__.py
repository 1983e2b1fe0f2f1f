"""`lanet report --workdir=DIR [--workdir=DIR ... --out=FILE]`: the page of a run, or of several."""

from pathlib import Path

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser
from lanet_jax.errors import UserError
from lanet_jax.report import compare, page, run_files


def main() -> None:
    """Writes the page of a run, or one page that compares several, and says where."""
    parser = Parser(prog="lanet report", description=__doc__)
    parser.add_argument(
        "--workdir", type=Path, action="append", required=True, help="folder of a run; repeatable"
    )
    parser.add_argument(
        "--out", type=Path, help="the page, .html (default, of one run: WORKDIR/report.html)"
    )
    arguments = parser.parse_args()
    workdirs: list[Path] = arguments.workdir
    if len(workdirs) == 1:
        print(page.write(workdirs[0], arguments.out))
        return
    if arguments.out is None:
        raise UserError("--out: several runs make one page: name a file, --out=FILE.html")
    path = page.write_comparison(workdirs, arguments.out)
    print(compare.text(compare.table([run_files.read(workdir) for workdir in workdirs])))
    print(path)


if __name__ == "__main__":
    exit_on_user_error(main)()
