"""AffectNet as first published: photos in many folders, two CSV files with all annotations."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lanet_jax.classes import AFFECTNET_ORDER, EXPRESSIONS
from lanet_jax.errors import UserError

from ..images import Crop
from ..listing import Item, Listing
from ..tables import read_rows, shown
from .numbering import LABELS, NOT_AN_EXPRESSION

IMAGES = "Manually_Annotated_Images"
LISTS = "Manually_Annotated_file_lists"
FILES = {"train": "training.csv", "valid": "validation.csv"}
HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,"
    "facial_landmarks,expression,valence,arousal"
)
POINTS = 68
LARGEST = 1_000_000  # px; a face box beyond it is a typing error


def list_source(source: Path, classes: int, size: int) -> Listing:
    """Lists the images of `training.csv` and `validation.csv`.

    Args:
      source: the folder with `Manually_Annotated_Images/` and the two CSV files, which may also
        lie in `Manually_Annotated_file_lists/`.
      classes: 8, or 7 without contempt.
      size: side in pixels at which the face boxes are stored; 0 keeps the files as they are.

    Returns:
      The images of the splits train and valid.

    Raises:
      UserError: a CSV file is missing, or none of its rows can be used.
    """
    kept = EXPRESSIONS[:classes]
    listing = Listing(classes=kept, splits={}, scheme="ibug68")
    for split, file in FILES.items():
        table = _find(source, file)
        listing.splits[split] = []
        rows = [(number, row) for number, row in read_rows(table) if any(row)]
        if rows and [cell.strip() for cell in rows[0][1]] == HEADER.split(","):
            rows = rows[1:]
        usable = sum([_add(listing, split, row, number, source, size) for number, row in rows])
        if rows and not usable:
            raise UserError(
                f"{table} line {rows[0][0]}: {HEADER} were expected, with {POINTS} points as "
                f"x;y;x;y..., found {shown(rows[0][1])}; none of the {len(rows)} rows can be used"
            )
    return listing


def _find(source: Path, file: str) -> Path:
    for path in (source / file, source / LISTS / file):
        if path.is_file():
            return path
    raise UserError(
        f"{source / file} is not there, nor {source / LISTS / file}: AffectNet's list of "
        "annotations was expected"
    )


def _add(
    listing: Listing, split: str, row: Sequence[str], line: int, source: Path, size: int
) -> bool:
    """Adds a row's image, or notes why it is left out. Returns whether the row can be used."""
    name = row[0].strip()
    try:
        number = _expression(row)
        if number >= len(AFFECTNET_ORDER):
            listing.note(NOT_AN_EXPRESSION, split, name)
            return True
        box, points = _box(row), _points(row)
    except UnusableRowError as reason:
        listing.note(f"{reason} (left out)", split, name or f"line {line}")
        return False
    if AFFECTNET_ORDER[number] not in listing.classes:
        return True
    label = listing.classes.index(AFFECTNET_ORDER[number])
    file = f"{IMAGES}/{name}"
    path = source / file
    if not size:
        item = Item(name, file, path, label, points=points)
    else:
        crop = _square(path, *box, size)
        item = Item(name, file, crop, label, points=_into(points, crop))
    listing.splits[split].append(item)
    return True


class UnusableRowError(Exception):
    """What a row lacks, in a few words."""


def _expression(row: Sequence[str]) -> int:
    if len(row) != len(HEADER.split(",")) or not row[0].strip():
        raise UnusableRowError("row with other columns")
    try:
        number = float(row[6])  # pandas writes 1.0
    except ValueError:
        raise UnusableRowError("no expression") from None
    if number not in range(LABELS):
        raise UnusableRowError("no expression")
    return int(number)


def _box(row: Sequence[str]) -> tuple[int, int, int, int]:
    try:
        x, y, width, height = (_whole(number) for number in row[1:5])
    except ValueError:
        raise UnusableRowError("no face box") from None
    if min(width, height) <= 0:
        raise UnusableRowError("no face box")
    return x, y, width, height


def _points(row: Sequence[str]) -> Float[np.ndarray, "L 2"]:
    try:
        points = np.array(row[5].split(";"), np.float32)
    except ValueError:
        points = np.empty(0, np.float32)
    if points.size != 2 * POINTS:
        raise UnusableRowError("no landmarks")
    return points.reshape(POINTS, 2)


def _whole(number: str) -> int:
    value = float(number)
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ValueError
    return int(value)


def _square(path: Path, x: int, y: int, width: int, height: int, size: int) -> Crop:
    side = max(width, height)
    return Crop(path, x - (side - width) // 2, y - (side - height) // 2, side, size)


def _into(points: Float[np.ndarray, "L 2"], crop: Crop) -> Float[np.ndarray, "L 2"]:
    return (points - np.array([crop.x, crop.y], np.float32)) * np.float32(crop.size / crop.side)
