"""Writes files whole or not at all: under a temporary name first, then renamed."""

import contextlib
import csv
import io
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from lanet_jax.errors import UserError
from lanet_jax.files import regular


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a temporary name beside a file, which replaces the file if the block succeeds.

    Args:
      path: file to write, which need not exist.

    Yields:
      The path to write to. After an error it is removed, and the file is as it was.

    Raises:
      UserError: a pipe, socket or device such as /dev/stdout has the name.
    """
    regular.check(path)
    temporary = _name_of_ones_own(path)
    try:
        make_new(temporary)  # so that no link redirects the write
        yield temporary
        with open(temporary, "rb") as file:
            _on_disk(file)
        os.replace(temporary, path)
    except OSError as error:
        if error.filename in (None, str(temporary), temporary):
            error.filename = str(path)  # the name that the user knows
        raise
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Writes a text file in UTF-8, whole or not at all."""
    write_bytes(path, text.encode())


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Writes a CSV table, whole or not at all."""
    write_text(path, csv_text(header, rows))


def csv_text(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A CSV table as text."""
    return "".join(map(_csv_line, (header, *rows)))


def _csv_line(cells: Iterable[Any]) -> str:
    # Python 3.11 quotes a carriage return only where the line ends with one.
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n") + "\n"


def write_together(files: Mapping[Path, Callable[[BinaryIO], Any]]) -> None:
    """Writes files that belong together: all are complete before any of them gets its name.

    Args:
      files: a function that writes the content of each; they are renamed in this order.

    Raises:
      UserError: a pipe, socket or device has one of the names.
      OSError: one cannot be written; it is named, and none is left half-written.
    """
    for path in files:
        regular.check(path)
    temporaries = {path: _name_of_ones_own(path) for path in files}
    try:
        for path, write in files.items():
            make_new(temporaries[path])
            with temporaries[path].open("wb") as file:
                write(file)
                _on_disk(file)
        for path, temporary in temporaries.items():
            os.replace(temporary, path)
    except OSError as error:
        error.filename = str(path)  # the name that the user knows
        raise
    finally:
        for temporary in temporaries.values():
            temporary.unlink(missing_ok=True)


def _name_of_ones_own(path: Path) -> Path:
    # Two processes may write one file at once: the last one wins, and they do not mix.
    if not path.name:
        raise UserError(f"{path} is a folder: name a file in it")
    start = path.name[:40]  # the name itself may be as long as the file system allows
    return path.with_name(f".{start}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


def through_no_link(path: str, flags: int) -> int:
    """An opener for `open` that refuses to follow a symbolic link."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)


def make_new(path: Path) -> None:
    """Creates an empty file.

    Raises:
      FileExistsError: a file or link has this name.
    """
    os.close(through_no_link(str(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL))


def _on_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
