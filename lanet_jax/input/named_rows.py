"""Which training record each line of a label file names, and what becomes of the other lines."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from lanet_jax.errors import UserError
from lanet_jax.input.names import Names, plain

_SHOWN = 3


class Line(NamedTuple):
    """A line of a label file.

    Attributes:
      number: number of the line, from 1.
      name: name of an image.
      label: label that the image gets, as it is written.
    """

    number: int
    name: str
    label: str


class NamedRows:
    """The training records that the lines of a label file name.

    A line is not used if it names a record of another split, if its image has been moved to the
    folder of its label since, or if its image is gone while most lines fit.

    Args:
      path: the file, for errors.
      lines: all lines of it.
      names: name of each training record.
      other_names: names of the dataset's other splits.
      now: name of each training record's label in the dataset; None if every line must name a
        record of the dataset.

    Attributes:
      row_of: row of the training record by the number of the line that names it.
      others: lines of other splits.
      moved: lines that a moved file fulfils.
      gone: lines of images that are not there.

    Raises:
      UserError: a name is unknown, or fits several records.
    """

    def __init__(
        self,
        path: str | Path,
        lines: Iterable[Line],
        names: Sequence[str],
        other_names: Collection[str],
        now: Sequence[str] | None,
    ) -> None:
        self._path, self._now = path, now
        self._training = len(names)
        self._all = [*names, *sorted(set(other_names) - set(names))]
        self._names = Names(self._all)
        self._passed_over: Counter[str] = Counter()
        self.row_of: dict[int, int] = {}
        self.others: list[Line] = []
        self.moved: list[Line] = []
        self.gone: list[Line] = []
        lines = list(lines)
        for line in lines:
            self._place(line)
        if self.gone and (now is None or 2 * len(self.gone) >= len(lines)):
            raise UserError(self._unknown(self.gone[0]))

    def labels(self, lines: Iterable[Line]) -> dict[int, tuple[int, str]]:
        """Collects the labels of the training records.

        Args:
          lines: lines of the file, or other labels with their numbers and names.

        Returns:
          Line number and label of each record that is named, by the record's row.

        Raises:
          UserError: labels of a record differ.
        """
        found: dict[int, tuple[int, str]] = {}
        for number, name, label in lines:
            if number not in self.row_of:
                continue
            first, known = found.setdefault(self.row_of[number], (number, label))
            if known.casefold() != label.casefold():
                raise UserError(
                    f"{self._path}, line {number}: {name!r} is {label!r} here and {known!r} in "
                    f"line {first}; keep one of them"
                )
        return found

    def told(self) -> list[str]:
        """Says which lines are not used, and which names fit only nearly."""
        parts = []
        if self.others:
            parts.append(f"lines of other splits, which are not used: {_some(self.others)}")
        if self.moved:
            where = "the folder of their label, which are done"
            parts.append(f"lines of files that are now in {where}: {_some(self.moved)}")
        if self.gone:
            why = "were these images removed?"
            parts.append(f"lines of no record, which are not used: {_some(self.gone)}; {why}")
        return parts + [f"{count} names fit {how}" for how, count in self._passed_over.items()]

    def _place(self, line: Line) -> None:
        rows, passed_over = self._names.find(line.name)
        training = [row for row in rows if row < self._training]
        if len(rows) > 1 and training:
            splits = "" if len(training) == len(rows) else ", not all of them for training"
            raise UserError(
                f"{self._path}, line {line.number}: {line.name!r} fits {len(rows)} training records"
                f"{splits}, such as {self._all[rows[0]]!r} and {self._all[rows[1]]!r}; write the "
                "name as the dataset has it"
            )
        if training:
            self._passed_over.update([passed_over] if passed_over else [])
            self.row_of[line.number] = training[0]
            return
        like = [] if rows else self._names.like(line.name)
        is_other = rows or _file(line.name).startswith("test_")
        if is_other or (like and min(like) >= self._training):
            self.others.append(line)
        elif self._has_moved(line, like):
            self.moved.append(line)
        else:
            self.gone.append(line)

    def _has_moved(self, line: Line, like: Sequence[int]) -> bool:
        if self._now is None or len(like) != 1:
            return False
        is_same = _file(self._all[like[0]]) == _file(line.name)
        return is_same and self._now[like[0]].casefold() == line.label.casefold()

    def _unknown(self, line: Line) -> str:
        like = self._names.like(line.name)
        near = f"; the nearest is {self._all[like[0]]!r}" if like else ""
        return (
            f"{self._path}, line {line.number}: no training record is named {line.name!r}{near}; "
            "is this file for another dataset?"
        )


def _file(name: str) -> str:
    return plain(name).rsplit("/", 1)[-1]


def _some(lines: Sequence[Line]) -> str:
    shown = ", ".join(f"{line.name!r}: {line.label}" for line in lines[:_SHOWN])
    return f"{len(lines)} ({shown}{', ...' if len(lines) > _SHOWN else ''})"
