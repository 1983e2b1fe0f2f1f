"""Reads the lines of a label file, ours or a peer's; their meaning is left to `label_file`."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from lanet_jax.errors import UserError
from lanet_jax.files import regular
from lanet_jax.files import text as text_files

HEADER = ("name", "given", "true")
SEPARATORS = " \t,\xa0"  # of the columns of a peer's file
MOST_DIGITS = 9


def read_text(path: str | Path) -> str:
    """Reads a label file.

    Raises:
      UserError: it cannot be read, or its encoding cannot be recognised.
    """
    regular.check(path)
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(
            f"{path}: cannot read this label file ({reason}); check the path"
        ) from error
    return text_files.decode(path, content)


def has_header(text: str) -> bool:
    """Whether a label file is one of ours: its first line names the columns name and given."""
    return bool(_start(text)[1])


def rows(path: str | Path, text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Reads a file of ours, separated by commas or, as spreadsheets do, by semicolons or tabs.

    Args:
      path: the file, for errors.
      text: its content; it may have further headers, as concatenated files do.

    Yields:
      Line number and cells by column of each row except headers; "name" exactly as written.

    Raises:
      UserError: a column occurs twice, a row has fewer than two cells, or is not CSV; with its
        line number.
    """
    skipped, separator = _start(text)
    body = io.StringIO("".join(text.splitlines(keepends=True)[skipped:]), newline="")
    reader = csv.reader(body, strict=True, delimiter=separator)
    header: list[str] = []
    try:
        for row in reader:
            number = skipped + reader.line_num
            cells = [cell.strip() for cell in row]
            folded = [cell.casefold() for cell in cells]
            if _is_header(folded):
                header = folded
                if twice := [name for name in HEADER if header.count(name) > 1]:
                    raise UserError(
                        f"{path}, line {number}: two columns are called {twice[0]}; keep one"
                    )
            elif any(cells):
                if len(row) <= max(map(header.index, HEADER[:2])):
                    raise UserError(
                        f"{path}, line {number}: expected {','.join(header)} and found "
                        f"{row[0][:80]!r}"
                    )
                if any(cells[len(header) :]):
                    raise UserError(
                        f"{path}, line {number}: {len(cells)} cells below the columns "
                        f"{','.join(header)}; put a name with a comma in quotes"
                    )
                name = row[header.index(HEADER[0])]
                yield number, {**dict(zip(header, cells, strict=False)), HEADER[0]: name}
    except csv.Error as error:
        number = skipped + reader.line_num
        raise UserError(f"{path}, line {number}: not CSV ({error}); correct it") from None


def _start(text: str) -> tuple[int, str]:
    """Number of lines before our header, and the separator of its columns; "" without a header."""
    for number, line in enumerate(text.splitlines()):
        if line.strip() and not line.casefold().startswith("sep="):  # Excel's own first line
            for separator in ",;\t":
                cells = [cell.strip().strip('"').strip() for cell in line.split(separator)]
                if _is_header([cell.casefold() for cell in cells]):
                    return number, separator
            break
    return 0, ""


def _is_header(cells: Sequence[str]) -> bool:
    return set(HEADER[:2]) <= set(cells)


def peers_rows(path: str | Path, text: str) -> Iterator[tuple[int, str, str, str | None]]:
    """Reads a file of a peer, `name label` or `name label original`, by spaces or commas.

    Args:
      path: the file, for errors.
      text: content of the file, without a header.

    Yields:
      Line number, name, given number and, where there is a third column, the original one.

    Raises:
      UserError: a line is not of this form; with its line number.
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
    """Splits off the number at the end of a text; "" if there is none."""
    head = text.rstrip("0123456789")
    digits = text[len(head) :]
    rest = head.rstrip(SEPARATORS)
    if not rest or len(rest) == len(head) or not 0 < len(digits) <= MOST_DIGITS:
        return text, ""
    return rest, digits
