"""The table of predictions, with one row per face."""

import dataclasses
import importlib.util
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from lanet_jax.command_line.words import counted
from lanet_jax.errors import UserError
from lanet_jax.files import regular, writable
from lanet_jax.files.atomic import replacing, write_csv, write_text
from lanet_jax.files.home import expanded
from lanet_jax.predict import containers
from lanet_jax.predict.face_rows import ERROR, FACE, NO_FACE, Row
from lanet_jax.predict.given import left_out_line

COLUMNS = ("file", "frame", "time", "status", "left", "upper", "right", "lower", "score", "top")
LAST = ("note", "error")
_EDGES = ("left", "upper", "right", "lower")
_SHOWN = 10
PIP = "pip install 'lanet_jax[parquet]'"


@dataclasses.dataclass(frozen=True, repr=False)
class Table:
    """Rows in the order of the sources; `pandas.DataFrame(table.columns())` makes a data frame.

    Attributes:
      classes: class names, in the order of the probabilities.
      rows: one per face; a frame without a face has a row too.
      left_out: number of files in folders that were not read, by ending.
    """

    classes: tuple[str, ...]
    rows: list[Row]
    left_out: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, place: int) -> Row:
        return self.rows[place]

    def __repr__(self) -> str:
        return f"<Table of {self.summary()}>"

    @property
    def probabilities(self) -> Float[np.ndarray, "n C"]:
        """The class probabilities; nan in rows without a face."""
        nothing = (np.nan,) * len(self.classes)
        found = [row.probabilities or nothing for row in self.rows]
        return np.array(found, np.float32).reshape(-1, len(self.classes))

    def columns(self) -> dict[str, list[Any]]:
        """The columns by name; a class's probabilities have its name, and empty cells are None."""
        columns: dict[str, list[Any]] = {name: [] for name in self._header()}
        for row in self.rows:
            for column, value in zip(columns.values(), self._values(row), strict=True):
                column.append(value)
        return columns

    def write(self, path: Path | str) -> None:
        """Writes the table as CSV, JSON or Parquet, by the ending of its name; makes its folder.

        Args:
          path: ends in `.csv`, `.json` or `.parquet`.

        Raises:
          UserError: the ending is another, or pyarrow is not installed for Parquet.
        """
        path = expanded(path)
        check(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        _WRITERS[path.suffix.lower()](self, path)

    def summary(self) -> str:
        """What was found, in one line, then a line for each file that could not be read."""
        frames = {(row.file, row.frame): row.status for row in self.rows}
        faces = sum(row.status == FACE for row in self.rows)
        count = Counter(frames.values())
        lines = [
            f"{self._read()}: {counted(faces, 'face')} in {count[FACE]:,}, {count[NO_FACE]:,} "
            f"without a face, {count[ERROR]:,} broken"
        ]
        broken = [row for row in self.rows if row.status == ERROR]
        # A name may hold control characters; `UserError` escapes them.
        lines += [f"  {UserError(f'{row.file}: {row.error}')}" for row in broken[:_SHOWN]]
        if len(broken) > _SHOWN:
            lines.append(f"  and {len(broken) - _SHOWN} more, as the table says")
        if self.left_out:
            lines.append(left_out_line(self.left_out))
        return "\n".join(lines)

    def _read(self) -> str:
        """How many images were read, and how many frames of how many videos."""
        shots = {(row.file, row.frame) for row in self.rows if row.time is not None}
        # The row that says where a video breaks off is no frame of it, and has no time.
        videos = {file for file, _ in shots}
        videos |= {row.file for row in self.rows if containers.is_named_video(row.file)}
        images = {(row.file, row.frame) for row in self.rows if row.file not in videos}
        said = [counted(len(images), "image")] if images or not videos else []
        if videos:
            said.append(f"{counted(len(shots), 'frame')} of {counted(len(videos), 'video')}")
        return " and ".join(said)

    def _header(self) -> list[str]:
        taken = {*COLUMNS, *LAST}
        names = (f"class:{name}" if name in taken else name for name in self.classes)
        return [*COLUMNS, *names, *LAST]

    def _values(self, row: Row) -> list[Any]:
        box = row.box or (None,) * 4
        shares = row.probabilities or (None,) * len(self.classes)
        what = [row.file, row.frame, row.time, row.status, *box, row.score, row.top]
        return [*what, *shares, row.note or None, row.error or None]


def check(path: Path) -> None:
    """Checks that a table can be written, before there is one.

    Args:
      path: where the table is to be written.

    Raises:
      UserError: as for `Table.write`, or it is a folder, pipe or device.
      OSError: its folder cannot be written to, or made.
    """
    if path.suffix.lower() not in _WRITERS:
        raise UserError(f"{path}: a table's name ends with {', '.join(_WRITERS)}")
    if path.suffix.lower() == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise UserError(f"{path}: Parquet is written by pyarrow, which is not installed: {PIP}")
    writable.check_file(path)
    regular.check(path)


def _write_csv(table: Table, path: Path) -> None:
    columns = table.columns()
    rows = (map(_cell, values) for values in zip(*columns.values(), strict=True))
    write_csv(path, columns, rows)


def _cell(value: Any) -> Any:
    return f"{value:.6f}" if isinstance(value, float) else value


def _write_json(table: Table, path: Path) -> None:
    rows = (
        {
            **{"file": row.file, "frame": row.frame, "time": row.time, "status": row.status},
            "box": None if row.box is None else dict(zip(_EDGES, row.box, strict=True)),
            **{"score": row.score, "top": row.top},
            **{"note": row.note or None, "error": row.error or None},
            "probabilities": None
            if row.probabilities is None
            else dict(zip(table.classes, row.probabilities, strict=True)),
        }
        for row in table.rows
    )
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    classes = json.dumps(table.classes, ensure_ascii=False)
    write_text(path, f'{{"classes": {classes}, "rows": [\n{lines}\n]}}\n')


def _write_parquet(table: Table, path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    # A column of only None would have no type of its own.
    kinds = {"frame": pyarrow.int64(), **dict.fromkeys(("file", "status", "top", *LAST))}
    fields = [
        (name, kinds.get(name, pyarrow.float64()) or pyarrow.string()) for name in table._header()
    ]
    content = pyarrow.table(table.columns(), schema=pyarrow.schema(fields))
    with replacing(path) as temporary:
        pyarrow.parquet.write_table(content, temporary)


_WRITERS = {".csv": _write_csv, ".json": _write_json, ".parquet": _write_parquet}
