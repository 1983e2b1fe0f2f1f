"""Rows of an unfinished landmark file, stored in parts so that a kill loses little."""

import contextlib
import dataclasses
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lanet_jax.errors import UserError
from lanet_jax.files.npz import read_npz, write_npz
from lanet_jax.landmarks.schemes import SCHEMES

from ..claim import LOCK

# The columns of a part, with numpy's kind of each.
_KINDS = {"name": "U", "size": "i", "changed": "i", "points": "f"}
_KINDS |= {"ok": "b", "spread": "f", "score": "f", "broken": "b"}

# A part, or what a kill left of one that was being written.
_OWN = re.compile(r"\d{6,}\.npz|\.\d{6,}\.npz\..*\.tmp")


@dataclasses.dataclass(frozen=True)
class Stamp:
    """Size and time of an image file; a row is valid only while they have not changed.

    Attributes:
      size: size in bytes.
      changed: time of its last change, in nanoseconds.
    """

    size: int
    changed: int


@dataclasses.dataclass(frozen=True)
class Row:
    """One image.

    Attributes:
      stamp: size and time of its file when it was read.
      points: landmarks in pixels.
      ok: whether there is a face, with landmarks that can be trusted.
      spread: the face's `mirror_distance`, by its name in landmark files; lower is better.
      score: confidence that it is a face.
      broken: whether the file is truncated or not an image.
    """

    stamp: Stamp
    points: Float[np.ndarray, "L 2"]
    ok: bool
    spread: float
    score: float
    broken: bool = False


def stamp(file: Path) -> Stamp:
    """The stamp of a file as it is now."""
    seen = file.stat()
    return Stamp(seen.st_size, seen.st_mtime_ns)


class Parts:
    """The rows found so far, in files beside the landmark file.

    Args:
      out: the landmark file; the parts lie in a folder of its name with `.parts` at the end.
      scheme: landmark scheme; parts of another scheme are left aside.
    """

    def __init__(self, out: Path, scheme: str) -> None:
        self.folder = out.with_name(f"{out.name}.parts")
        self.scheme = scheme

    def read(self) -> dict[str, Row]:
        """Rows by image name; damaged parts are ignored."""
        rows: dict[str, Row] = {}
        for file in self._files():
            rows.update(self._read_part(file))
        return rows

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.npz"))

    def remove(self) -> None:
        """Removes the parts, and the folder unless it holds other files."""
        own = [file for file in self.folder.iterdir() if _OWN.fullmatch(file.name)]
        with contextlib.suppress(OSError):  # not empty
            for file in (*own, self.folder / LOCK):  # the lock last, as it guards the parts
                file.unlink(missing_ok=True)
            self.folder.rmdir()

    def _read_part(self, file: Path) -> dict[str, Row]:
        try:
            part = read_npz(file)
            columns = {name: part[name] for name in _KINDS}
            if part["scheme"].item() != self.scheme or not self._fit(columns):
                return {}
        except (UserError, KeyError, ValueError):
            return {}  # damaged, without a column, or with several schemes
        values = (c if name == "points" else c.tolist() for name, c in columns.items())
        return {
            name: Row(Stamp(size, changed), points, *others)
            for name, size, changed, points, *others in zip(*values, strict=True)
        }

    def _fit(self, columns: Mapping[str, np.ndarray]) -> bool:
        points = columns["points"]
        return (
            all(column.dtype.kind == _KINDS[name] for name, column in columns.items())
            and points.shape[1:] == (SCHEMES[self.scheme].points, 2)
            and all(c.shape == points.shape[:1] for c in columns.values() if c is not points)
        )

    def add(self, rows: Mapping[str, Row]) -> None:
        """Stores rows in a new file.

        Args:
          rows: rows by image name.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        numbers = [int(file.stem) for file in self._files() if file.stem.isdecimal()]
        values = list(rows.values())
        arrays = {
            "name": np.array(list(rows), str),
            "size": np.array([row.stamp.size for row in values], np.int64),
            "changed": np.array([row.stamp.changed for row in values], np.int64),
            "broken": np.array([row.broken for row in values], bool),
            **columns(values),
            "scheme": np.array(self.scheme),
        }
        write_npz(self.folder / f"{max(numbers, default=-1) + 1:06d}.npz", arrays)


def write(out: Path, names: Iterable[str], rows: Mapping[str, Row], scheme: str) -> None:
    """Writes the landmark file: what `table.load` reads, and `spread` and `score`.

    Args:
      out: path of the landmark file, replaced if it exists.
      names: images in the file's order.
      rows: rows by image name.
      scheme: order of the landmarks, a name of `lanet_jax.landmarks.schemes`.
    """
    names = list(names)
    shared = columns([rows[name] for name in names])
    write_npz(out, {"name": np.array(names, str), **shared, "scheme": np.array(scheme)})


def columns(rows: list[Row]) -> dict[str, np.ndarray]:
    """The columns of a landmark file, except the names."""
    return {
        "points": np.array([row.points for row in rows], np.float32),
        "ok": np.array([row.ok for row in rows], bool),
        "spread": np.array([row.spread for row in rows], np.float32),
        "score": np.array([row.score for row in rows], np.float32),
    }
