"""Keeps rows as they come, in a file beside the table, from which an interrupted run resumes."""

import contextlib
import errno
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lanet_jax.command_line.words import counted
from lanet_jax.errors import UserError
from lanet_jax.files import locks
from lanet_jax.predict.face_rows import Row, restored
from lanet_jax.predict.given import Item, shown
from lanet_jax.predict.sources import Frame

ENDING = ".partial"
_Key = tuple[str, int, int]  # file, size and time of its last change


@contextlib.contextmanager
def kept(table: Path, run: Mapping[str, Any], items: Iterable[Item]) -> Iterator["Journal"]:
    """Opens the journal of a table, and removes it once the block has written the table.

    Args:
      table: path of the table; the journal lies beside it.
      run: what the rows depend on.
      items: what the command reads; see `Journal`.

    Yields:
      The journal. After an error it stays, and a line says so.

    Raises:
      UserError: as `Journal` does.
    """
    journal, is_written = Journal(table, run, items), False
    try:
        yield journal
        is_written = True
    except BaseException:
        if len(journal):
            done = f"{counted(len(journal), 'picture')} kept in {journal.path}"
            print(f"{done}: the same command resumes there", file=sys.stderr)
        raise
    finally:
        journal.close(keep=not is_written)


class Journal:
    """The rows so far: a line of JSON per frame, written to disk before the next one is read.

    Args:
      table: path of the table; the journal has the same name with ENDING.
      run: what the rows depend on; rows of another run are not used.
      items: what the command reads, of all shards: the table drops rows of any other file.

    Attributes:
      gone: number of files that have rows, but are neither read nor there any more.

    Raises:
      UserError: the journal is another program's file, which is left as it is; it has rows of
        another run, or of files that are there and not read; or another process writes it.
    """

    def __init__(self, table: Path, run: Mapping[str, Any], items: Iterable[Item]) -> None:
        self.path = table.with_name(table.name + ENDING)
        self._file = open(self.path, "a+b", buffering=0)  # noqa: SIM115 (see close)
        try:
            unlockable = locks.take(self._file.fileno())
        except locks.HeldError:
            self._file.close()
            raise UserError(
                f"{self.path}: another process writes it: choose another --out"
            ) from None
        if unlockable:
            print(
                f"warning: {self.path} cannot be locked ({unlockable}): do not start this command "
                "twice",
                file=sys.stderr,
            )
        self._frames: dict[_Key, dict[int, list[Row]]] = {}
        self._ended: set[_Key] = set()
        self._order: dict[str, int] = {}  # of paths, as they came, whatever their files are now
        self._keys: dict[Item, _Key] = {}
        try:
            self._read(dict(run))
            self.gone = self._gone(items)
        except BaseException:
            self._file.close()
            raise
        self._known = {key: dict(rows) for key, rows in self._frames.items()}

    def is_done(self, item: Item) -> bool:
        """Whether all rows of an item are there, and its file is unchanged."""
        return self._key(item) in self._ended

    def is_begun(self, item: Item) -> bool:
        """Whether an interrupted run left rows of an item."""
        return self._key(item) in self._known

    def place(self, item: Item) -> float:
        """Place of an item's path among those that interrupted runs began; infinite for others."""
        return self._order.get(self._key(item)[0], math.inf)

    def known(self, frame: Frame) -> list[Row] | None:
        """The rows that an interrupted run left for a frame; None if there are none."""
        return self._known.get(self._key(frame.item), {}).get(frame.number)

    def add(self, frame: Frame, rows: Sequence[Row]) -> None:
        """Writes the rows of a frame.

        Args:
          frame: frame that the rows describe.
          rows: one row per face, or the one that says why there is none.

        Raises:
          OSError: they cannot be written, for example to a full disk; earlier rows stay.
        """
        key = self._key(frame.item)
        written = [
            {name: value for name, value in vars(row).items() if name not in ("file", "frame")}
            for row in rows
        ]
        self._write({"file": key, "frame": frame.number, "rows": written})
        self._frames.setdefault(key, {})[frame.number] = list(rows)

    def end(self, item: Item) -> None:
        """Writes that an item has no further frames; errors as for `add`."""
        key = self._key(item)
        self._write({"file": key})
        self._ended.add(key)

    def rows(self, items: Iterable[Item]) -> list[Row]:
        """All rows of some items, in the order of the items and their frames."""
        return [
            row
            for item in items
            for _, rows in sorted(self._frames.get(self._key(item), {}).items())
            for row in rows
        ]

    def __len__(self) -> int:
        return sum(map(len, self._frames.values()))

    def close(self, keep: bool) -> None:
        """Closes the file, and removes it unless `keep` is set and it has rows."""
        if not (keep and self._frames):
            self.path.unlink(missing_ok=True)
        self._file.close()

    def _read(self, run: dict[str, Any]) -> None:
        self._file.seek(0)
        *lines, cut = self._file.read().split(b"\n")
        if not (_is_first(lines[0], run) if lines else _line(run).startswith(cut)):
            raise UserError(
                f"{self.path} is no file of lanet predict: move it away, or choose another --out"
            )
        try:
            first, *entries = [json.loads(line) for line in lines] or [run]
            for entry in entries:
                self._take(entry)
        except (ValueError, TypeError, LookupError) as error:
            raise UserError(
                f"{self.path} is damaged ({error}): remove it, and the same command starts again"
            ) from None
        if not entries:  # it ended before its first row: nothing is lost
            self._file.truncate(0)
            self._write(run)
            return
        other = sorted(key for key in {*first, *run} if first.get(key) != run.get(key))
        if other:
            raise UserError(
                f"{self.path} has rows of a run with another {', '.join(other)}: run that command "
                f"again to finish it, remove {self.path.name}, or choose another --out"
            )
        if cut:  # a kill or a full disk may have left a part of a line
            self._file.truncate(sum(len(line) + 1 for line in lines))

    def _gone(self, items: Iterable[Item]) -> int:
        read = {os.fsdecode(item.path) for item in items}
        others = [file for file in self._order if file not in read]
        there = [file for file in others if os.path.lexists(file)]
        # If none of them is read, they are another command's, for example of another folder.
        if there or (others and len(others) == len(self._order)):
            raise UserError(
                f"{self.path} has rows of {counted(len(there or others), 'file')} that this "
                f"command does not read, such as {shown((there or others)[0])}: run that command "
                f"again to finish it, remove {self.path.name}, or choose another --out"
            )
        return len(others)

    def _take(self, entry: dict[str, Any]) -> None:
        file, size, changed = entry["file"]
        key = (file, size, changed)
        self._order.setdefault(file, len(self._order))
        if "frame" not in entry:
            self._ended.add(key)
            return
        where = {"file": shown(file), "frame": entry["frame"]}
        rows = [restored({**where, **row}) for row in entry["rows"]]
        self._frames.setdefault(key, {})[entry["frame"]] = rows

    def _key(self, item: Item) -> _Key:
        if item not in self._keys:  # a file that is removed meanwhile keeps its rows
            path = os.fsdecode(item.path)  # `item.file` may be the same for several names
            try:
                stat = os.stat(path)
                self._keys[item] = (path, stat.st_size, stat.st_mtime_ns)
            except OSError:
                self._keys[item] = (path, -1, -1)
        return self._keys[item]

    def _write(self, entry: Mapping[str, Any]) -> None:
        line = _line(entry)
        try:
            written = self._file.write(line)
            if written != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            error.filename = str(self.path)
            raise


def _line(entry: Mapping[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def _is_first(line: bytes, run: Mapping[str, Any]) -> bool:
    """Whether a line describes a run, this one or another."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and run.keys() <= found.keys()
