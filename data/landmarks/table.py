"""Landmarks in a separate file, and each image's row in it."""

import collections
import dataclasses
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float

from lanet_jax.errors import UserError
from lanet_jax.files import npz, torch_files
from lanet_jax.input.names import Names

from ..listing import Item, Listing
from .places import check_unit

MOST_POINTS = 1000
PEERS_POINTS, PEERS_SCHEME, PEERS_SIDE = 19, "aflw19", 224


@dataclasses.dataclass(frozen=True)
class LandmarkTable:
    """The contents of a landmark file.

    Attributes:
      names: image name of each row, maybe with folders; None if the rows follow the source's list.
      points: landmarks in pixels.
      ok: whether each row's landmarks can be trusted.
      scheme: name of the landmarks' order.
      side: width and height that the pixels refer to; None for those of the stored image.
    """

    names: Sequence[str] | None
    points: Float[np.ndarray, "N L 2"]
    ok: Bool[np.ndarray, " N"]
    scheme: str
    side: int | None = None


def load(path: Path) -> LandmarkTable:
    """Reads a landmark file: our npz, or the published torch file of 19 points.

    Args:
      path: file of either format, recognised by its content.

    Returns:
      Its rows.

    Raises:
      UserError: the file does not exist, is of neither format, or is damaged; its points are no
        pixels; or torch is absent.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such landmark file; check --landmarks")
    entries = npz.members(path) if zipfile.is_zipfile(path) else ()
    if any(entry.filename.endswith(".npy") for entry in entries):
        table = _load_npz(path)
    elif any(entry.filename.endswith("/data.pkl") for entry in entries):
        table = _load_torch(path)
    else:
        raise UserError(
            f"{path} is not a landmark file: an npz with name, points, ok, scheme or a torch file "
            f"of float32 (N, {PEERS_POINTS}, 2) was expected"
        )
    check_unit(path, table.points, table.ok)
    return table


def _load_npz(path: Path) -> LandmarkTable:
    arrays = npz.read_npz(path)
    missing = {"name", "points", "ok", "scheme"} - set(arrays)
    if missing:
        raise UserError(
            f"{path} lacks {', '.join(sorted(missing))}: name (N), points (N, L, 2) in pixels "
            "of the stored image, ok (N) and scheme were expected"
        )
    names, points, ok, scheme = (arrays[key] for key in ("name", "points", "ok", "scheme"))
    rows = len(names) if names.ndim == 1 else -1
    fits = points.ndim == 3 and points.shape[::2] == (rows, 2) and ok.shape == (rows,)
    if not fits or not 0 < points.shape[1] <= MOST_POINTS or scheme.size != 1:
        raise UserError(
            f"{path}: names {names.shape}, points {points.shape}, ok {ok.shape} and scheme "
            f"{scheme.shape} do not fit together; (N), (N, L, 2), (N) and one scheme were expected"
        )
    kinds = "".join(array.dtype.kind for array in (names, points, ok, scheme))
    if not re.fullmatch("U[fiu][biu]U", kinds) or not scheme.item():
        raise UserError(
            f"{path}: name and scheme must be text, points numbers and ok true or false; found "
            f"{names.dtype}, {scheme.item()!r}, {points.dtype} and {ok.dtype}"
        )
    with np.errstate(over="ignore"):  # infinite points count as absent
        points = points.astype(np.float32)
    table = LandmarkTable(
        [str(name) for name in names], points, ok.astype(bool), str(scheme.item())
    )
    _refuse_contradictions(path, table)
    return table


def _refuse_contradictions(path: Path, table: LandmarkTable) -> None:
    first: dict[str, int] = {}
    for row, name in enumerate(table.names or ()):
        same = first.setdefault(name, row)
        if not np.array_equal(table.points[row], table.points[same], equal_nan=True):
            raise UserError(
                f"{path}: {name!r} is in rows {same} and {row} with different points; keep one"
            )


def _load_torch(path: Path) -> LandmarkTable:
    points = torch_files.read_tensor(path)
    if points.ndim != 3 or points.shape[1:] != (PEERS_POINTS, 2) or points.dtype != np.float32:
        raise UserError(
            f"{path} holds {points.dtype} {points.shape}; float32 (N, {PEERS_POINTS}, 2) was "
            "expected"
        )
    return LandmarkTable(
        None, points, np.isfinite(points).all((1, 2)), PEERS_SCHEME, side=PEERS_SIDE
    )


def find_rows(table: LandmarkTable, items: Iterable[Item], rows: Sequence[str]) -> dict[str, int]:
    """Finds each image's row by its path below the source or its name, as `Names` compares them.

    Args:
      table: the landmark file's contents.
      items: the images of all splits.
      rows: image names in the order of the source's list, for a table without names.

    Returns:
      Row by item name; images without one are absent.

    Raises:
      UserError: the table has no names and does not fit the source's list, or it fits no image.
    """
    if table.names is None:
        if len(rows) != len(table.points):
            raise UserError(
                f"the landmark file has {len(table.points)} rows without names and the source's "
                f"list {len(rows)} lines; the numbers must be equal"
                + ("" if rows else " (only RAF-DB has such a list: use an npz with names)")
            )
        return {name: row for row, name in reversed(list(enumerate(rows)))}
    names, items = Names(table.names), list(items)
    found, claims = {}, collections.defaultdict(list)
    for item in items:
        whole = [row for row in map(names.whole, (item.file, item.name)) if row is not None]
        if whole:
            found[item.name] = whole[0]
    taken = set(found.values())
    for item in items:
        if item.name not in found:
            fitting = (names.find(name)[0] for name in (item.file, item.name))
            row = next((rows[0] for rows in fitting if len(rows) == 1), None)
            claims[row].append(item.name)
    # A row that fits two images belongs to neither of them for certain.
    alone = {own[0]: row for row, own in claims.items() if len(own) == 1}
    found |= {name: row for name, row in alone.items() if row is not None and row not in taken}
    if not found and items:
        example = f"{table.names[0]!r}" if table.names else "nothing"
        raise UserError(
            f"the landmark file fits none of the images: it names {example}, "
            f"the source {items[0].file!r}; check --landmarks"
        )
    return found


def remark_unused(table: LandmarkTable, found: Mapping[str, int], listing: Listing) -> None:
    """Adds a remark on rows that fit no image.

    Args:
      table: the landmark file's contents.
      found: row by item name, from `find_rows`.
      listing: all images; gets the remark.
    """
    if table.names is None:  # as many rows as the source's list has
        return
    used = {table.names[row] for row in found.values()}
    unused = [name for name in table.names if name not in used]
    if not unused:
        return
    images = sum(map(len, listing.splits.values()))
    # Options such as --classes 7 leave images out: then the file has rows to spare, and nothing
    # was renamed if every image that is left has its own.
    missing = (
        f"and {images - len(found)} of {images} images have no row: if files were moved or "
        "renamed, find landmarks again"
        if len(found) < images
        else "and every image has a row"
    )
    listing.remarks.append(
        f"{len(unused)} of {len(table.names)} rows of the landmark file fit no image, such as "
        f"{unused[0]!r}, {missing}"
    )
