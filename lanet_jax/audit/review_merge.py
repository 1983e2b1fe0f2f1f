"""`lanet review-merge A.csv B.csv --out=FILE`: several reviewers' corrections in one file.

The files are `corrections.csv` as the review page saves it. A record that only one reviewer has
decided gets that decision. A record on which reviewers differ keeps its label, is marked
`conflict` and is listed. The review page loads the merged file and shows those as undecided.
"""

from collections.abc import Sequence
from pathlib import Path

from lanet_jax.audit import corrections
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.command_line.parser import Parser
from lanet_jax.errors import UserError
from lanet_jax.files import writable
from lanet_jax.files.atomic import write_csv


def main() -> None:
    """Merges what reviewers decided."""
    parser = Parser(prog="lanet review-merge", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="corrections.csv of each reviewer")
    parser.add_argument("--out", type=Path, required=True, help="the merged file")
    merge(**vars(parser.parse_args()))


def merge(files: Sequence[Path], out: Path) -> None:
    """Writes the merged file, and prints where reviewers differ.

    Args:
      files: two or more files of corrections.
      out: the file to write.

    Raises:
      UserError: a file cannot be read or merged, there is only one, or `out` is one of them.
    """
    if len({path.resolve() for path in files}) < 2:
        raise UserError("name two files or more to merge, each once")
    if out.resolve() in {path.resolve() for path in files}:
        raise UserError(f"--out {out} is one of the files to merge: name another")
    writable.check_file(out)
    said = []
    for path in files:
        found, others = corrections.read(path)
        said += found
        decided = sum(one.is_decided for one in found)
        print(f"{path}: {decided:,} of {len(found):,} lines are decided")
        if others:
            print(f"{path}: columns not read: {', '.join(others)}")
    merged = corrections.merge(said)
    for lines in merged.conflicts:
        views = "; ".join(f"{one.given} ({one.decision}, {one.where})" for one in lines)
        print(f"conflict: {lines[0].name}: {views}")
    if merged.applied:
        done, first = len(merged.applied), merged.applied[0]
        print(
            f"decisions of an earlier round, whose label is the observed one now: {done:,}, such "
            f"as {first.name}: {first.given} ({first.where})"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    write_csv(out, corrections.COLUMNS, (one[: len(corrections.COLUMNS)] for one in merged.rows))
    told = (f"{count:,} {kind}" for kind, count in corrections.counts(merged.rows).items())
    print(f"{len(merged.rows):,} records: {', '.join(told)}")
    print(out)


if __name__ == "__main__":
    exit_on_user_error(main)()
