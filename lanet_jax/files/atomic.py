"""Files that are written whole or not at all: under a temporary name first, then renamed."""

import contextlib
import csv
import io
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from lanet_jax.errors import UserError


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a temporary name beside a file, which takes the file's place if the block ends well.

    Args:
      path: the file.

    Yields:
      The name to write to; after an error nothing of it is left, and the file is as it was.
    """
    temporary = _name_of_ones_own(path)
    try:
        _make(temporary)
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
    """Writes a whole file."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Writes a whole file in UTF-8."""
    write_bytes(path, text.encode())


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Writes a whole table."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(rows)
    write_text(path, text.getvalue())


def write_together(files: Mapping[Path, Callable[[BinaryIO], Any]]) -> None:
    """Writes files that belong together: all are whole before any of them gets its name.

    Args:
      files: what writes the content of each; they get their names in this order.

    Raises:
      UserError: one cannot be written; then none is left half-written.
    """
    temporaries = {path: _name_of_ones_own(path) for path in files}
    try:
        for path, write in files.items():
            _make(temporaries[path])
            with temporaries[path].open("wb") as file:
                write(file)
                _on_disk(file)
        for path, temporary in temporaries.items():
            os.replace(temporary, path)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written: {error.strerror}; choose another OUT"
        ) from error
    finally:
        for temporary in temporaries.values():
            temporary.unlink(missing_ok=True)


def _name_of_ones_own(path: Path) -> Path:
    # Two processes may write one file at once: the last wins, and neither takes the other's half.
    start = path.name[:40]  # a name of its own may be as long as the file system takes
    return path.with_name(f".{start}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


def through_no_link(path: str, flags: int) -> int:
    """An opener for `open` that refuses a symbolic link in the place of the file."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o666)


def make_new(path: Path) -> None:
    """Makes an empty file where there is none.

    Raises:
      FileExistsError: there is one, or a link.
    """
    os.close(through_no_link(str(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL))


def _make(temporary: Path) -> None:
    # A link that lies there already would lead the write elsewhere.
    make_new(temporary)


def _on_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
