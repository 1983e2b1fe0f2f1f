"""The lines of a label file, ours or a peer's, before anyone asks what they mean."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from lanet_jax.errors import UserError
from lanet_jax.files import regular

HEADER = ("name", "given", "true")
SEPARATORS = " \t,\xa0"  # between the columns of a peer's file
MOST_DIGITS = 9


def read_text(path: str | Path) -> str:
    """Reads a label file.

    Raises:
      UserError: it cannot be read, or is not in UTF-8.
    """
    regular.check(path)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path}: cannot read this label file ({error}); give a text file"
        ) from error


def has_header(path: str | Path, text: str) -> bool:
    """Whether a label file is one of ours: its first line begins with name,given.

    Raises:
      UserError: it begins so, and the columns are separated by something else.
    """
    first = text.lstrip().partition("\n")[0]
    for separator, name in {",": "", ";": "semicolons", "\t": "tabs"}.items():
        cells = [cell.strip().strip('"').strip().casefold() for cell in first.split(separator)]
        if tuple(cells[:2]) == HEADER[:2]:
            if name:
                raise UserError(
                    f"{path}, line 1: the columns are separated by {name}, found {first[:80]!r}; "
                    f"save the file with commas ({','.join(HEADER)})"
                )
            return True
    return False


def rows(path: str | Path, text: str) -> Iterator[tuple[int, str, str]]:
    """Reads a file of ours.

    Args:
      path: named in errors.
      text: what it holds.

    Yields:
      Line number, name as written, and given class of each row but the header.

    Raises:
      UserError: with the line number, a row that is none.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = ((reader.line_num, row) for row in reader if any(map(str.strip, row)))
        next(lines)
        for number, row in lines:
            if len(row) < 2:
                raise UserError(
                    f"{path}, line {number}: expected name,given,true and found {row[0][:80]!r}"
                )
            yield number, row[0], row[1].strip()
    except csv.Error as error:
        raise UserError(f"{path}, line {reader.line_num}: no CSV ({error}); mend it") from None


def peers_rows(path: str | Path, text: str) -> Iterator[tuple[int, str, str, str | None]]:
    """Reads a file of a peer, `name label` or `name label original`, by spaces or commas.

    Args:
      path: named in errors.
      text: what it holds.

    Yields:
      Line number, name, given number and, where there is a third column, the original one.

    Raises:
      UserError: with the line number, a line that is none of them.
    """
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line:
            continue
        rest, last = _last_number(line)
        name, before = _last_number(rest)
        if not last:
            cells = line.replace(",", " ").split()
            if len(cells) > 2 and cells[-2].isdecimal():
                raise UserError(
                    f"{path}, line {number}: the third column, {cells[-1][:80]!r}, does not look "
                    f"like the original label, a whole number; found {line[:80]!r}"
                )
            raise UserError(
                f"{path}, line {number}: expected 'name label' with a whole number and found "
                f"{line[:80]!r}; files with class names need the header name,given,true"
            )
        yield number, name, str(int(before or last)), str(int(last)) if before else None


def _last_number(text: str) -> tuple[str, str]:
    """What stands before the number at the end, and the number; all and "" if there is none."""
    head = text.rstrip("0123456789")
    digits = text[len(head) :]
    rest = head.rstrip(SEPARATORS)
    if not rest or len(rest) == len(head) or not 0 < len(digits) <= MOST_DIGITS:
        return text, ""
    return rest, digits
