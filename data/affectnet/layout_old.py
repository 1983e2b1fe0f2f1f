"""AffectNet as first published: photos in many folders, two CSV files with all annotations."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError

from ..images import Crop
from ..listing import Item, Listing
from ..tables import read_rows, shown
from .classes import LABELS, NOT_AN_EXPRESSION, NUMBERS

IMAGES = "Manually_Annotated_Images"
LISTS = "Manually_Annotated_file_lists"
FILES = {"train": "training.csv", "valid": "validation.csv"}
HEADER = (
    "subDirectory_filePath,face_x,face_y,face_width,face_height,"
    "facial_landmarks,expression,valence,arousal"
)
POINTS = 68
LARGEST = 1_000_000  # px; beyond it a face box is a slip


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
      UserError: a CSV file is not there or a row cannot be read.
    """
    kept = EXPRESSIONS[:classes]
    listing = Listing(classes=kept, splits={}, scheme="ibug68")
    for split, file in FILES.items():
        table = _find(source, file)
        listing.splits[split] = []
        for number, row in read_rows(table):
            if row and not (number == 1 and row == HEADER.split(",")):
                _add(listing, split, row, f"{table} line {number}", source, size)
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
    listing: Listing, split: str, row: Sequence[str], where: str, source: Path, size: int
) -> None:
    try:
        name, *box, landmarks, expression, _, _ = row
        x, y, width, height = (_whole(number) for number in box)
        number = int(expression)
        if number not in range(LABELS):
            raise ValueError
        if number >= len(NUMBERS):
            listing.note(NOT_AN_EXPRESSION, split, name)
            return
        points = np.array(landmarks.split(";"), np.float32).reshape(-1, 2)
        if len(points) != POINTS:
            raise ValueError
    except ValueError:
        raise UserError(
            f"{where}: {HEADER} were expected, with {POINTS} points as x;y;x;y..., "
            f"found {shown(row)}"
        ) from None
    if NUMBERS[number] not in listing.classes:
        return
    label = listing.classes.index(NUMBERS[number])
    file = f"{IMAGES}/{name}"
    path = source / file
    if not size:
        item = Item(name, file, path, label, points=points)
    elif min(width, height) <= 0:
        listing.note("no face box (left out)", split, name)
        return
    else:
        crop = _square(path, x, y, width, height, size)
        item = Item(name, file, crop, label, points=_into(points, crop))
    listing.splits[split].append(item)


def _whole(number: str) -> int:
    value = float(number)
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ValueError
    return int(value)


def _square(path: Path, x: int, y: int, width: int, height: int, size: int) -> Crop:
    side = max(width, height)
    return Crop(path, x - (side - width) // 2, y - (side - height) // 2, side, size)


def _into(points: Float[np.ndarray, "L 2"], crop: Crop) -> Float[np.ndarray, "L 2"]:
    return (points - np.float32([crop.x, crop.y])) * np.float32(crop.size / crop.side)
