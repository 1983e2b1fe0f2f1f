"""Reads text files and tables of a source; whatever they hold, errors are one line."""

import contextlib
import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lanet_jax.errors import CONTROL_CHARACTER, UserError
from lanet_jax.files import regular
from lanet_jax.files.text import decode

SHOWN = 80  # characters of a line that an error repeats


def read_lines(path: Path) -> list[tuple[int, str]]:
    """Reads a text file.

    Args:
      path: the file, in an encoding that `decode` knows.

    Returns:
      The number and the text of each line that is not blank.

    Raises:
      UserError: it cannot be read, is in another encoding, or a line holds a control character.
    """
    with _one_line_errors(path):
        text = decode(path, path.read_bytes())
    lines = list(enumerate(re.split("\r\n|\r|\n", text), start=1))
    for number, line in lines:
        _check(path, number, [line])
    return [(number, line) for number, line in lines if line.strip()]


def read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Reads a CSV file row by row.

    Args:
      path: the file, in an encoding that `decode` knows.

    Yields:
      The number of the line on which a row ends, and its cells; no cells for a blank line.

    Raises:
      UserError: it cannot be read, is in another encoding or not CSV, or a cell holds a control
        character.
    """
    with _one_line_errors(path):
        reader = csv.reader(io.StringIO(decode(path, path.read_bytes()), newline=""))
        for row in reader:
            _check(path, reader.line_num, row)
            yield reader.line_num, row


def shown(cells: Iterable[str]) -> str:
    """The start of a row, in quotes, for an error to repeat."""
    text = ",".join(cells)
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}...")


@contextlib.contextmanager
def _one_line_errors(path: Path) -> Iterator[None]:
    regular.check(path)
    try:
        yield
    except csv.Error as error:
        raise UserError(f"{path} is not a CSV file ({error}); save it as CSV again") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}; check the source") from None


def _check(path: Path, number: int, cells: list[str]) -> None:
    for cell in cells:
        found = CONTROL_CHARACTER.search(cell.replace("\t", " "))
        if found:
            raise UserError(
                f"{path} line {number}: found the control character {found[0]!r} in "
                f"{shown([cell])}; remove it, or fetch the file again"
            )
