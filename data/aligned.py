"""Cuts the faces out of photos by their landmarks, as `lanet predict` cuts them."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from lanet_jax.errors import UserError
from lanet_jax.faces.align import PARTS, aligned_square, require
from lanet_jax.faces.square import Square

from .assembly import look_at_all
from .images import Face
from .landmarks.order import check_order
from .landmarks.scheme import check_scheme
from .landmarks.table import LandmarkTable, find_rows, remark_unused
from .listing import Item, Listing
from .record_fields import Record

NO_FACE = "no face with landmarks that can be trusted (left out)"
NO_ROW = "no row in the landmark file (left out)"
_SMALL = 0.5  # side of a face's square over that of its image; of FER+'s crops 1, 1 in 10,000 below


def cut_out(listing: Listing, landmarks: LandmarkTable, size: int) -> None:
    """Replaces each photo of a listing by its face, upright, with the landmarks in the cut.

    Photos without a face are left out.

    Args:
      listing: photos with unique names, all of which are files; changed in place.
      landmarks: a landmark file's contents.
      size: side of the cuts in pixels.

    Raises:
      UserError: the scheme of the landmarks does not say where the eyes are, or has another number
        of points or another order; the file fits no photo; or a photo that is left out is damaged.
    """
    check_scheme(landmarks.scheme, landmarks.points.shape[1])
    require(landmarks.scheme)
    items = [item for found in listing.splits.values() for item in found]
    rows = find_rows(landmarks, items, listing.rows)
    remark_unused(landmarks, rows, listing)
    used = landmarks.points[[row for row in rows.values() if landmarks.ok[row]]]
    check_order(used, np.isfinite(used).all(-1), landmarks.scheme)
    faces: dict[str, list[Item]] = {}
    others: dict[str, list[Item]] = {}
    for split, found in listing.splits.items():
        faces[split], others[split] = [], []
        for item in found:
            row = rows.get(item.name)
            square = None if row is None else _square(landmarks, row)
            if square is None:
                listing.note(NO_ROW if row is None else NO_FACE, split, item.file)
                others[split].append(item)
                continue
            if not isinstance(item.image, Path):
                raise UserError(f"{item.file} is no file of its own: leave out --align")
            face, points = Face(item.image, square, size), landmarks.points[row]
            cut = dataclasses.replace(item, image=face, points=square.from_image(points) * size)
            faces[split].append(cut)
    if any(others.values()):  # a damaged file is an error wherever it is, not a photo without face
        look_at_all(dataclasses.replace(listing, splits=others))
    listing.splits.update(faces)
    listing.scheme = landmarks.scheme


def remark_photos(listing: Listing, splits: Mapping[str, Sequence[Record]], scheme: str) -> None:
    """Adds a remark on images in which the face is small: photos, not crops.

    Eyes and mouth tell it, which every scheme has; how far all points reach depends on the scheme.

    Args:
      listing: gets the remark.
      splits: the records of each split, with their landmarks.
      scheme: order of the landmarks; by another than a known one no face can be cut out.
    """
    if scheme not in PARTS:
        return
    known = [
        (record.name, side)
        for records in splits.values()
        for record in records
        if (side := _side(record, scheme)) is not None
    ]
    small = [name for name, side in known if side < _SMALL]
    if small:
        listing.remarks.append(
            f"in {len(small):,} of {len(known):,} images with landmarks, such as {small[0]}, "
            "the face is small, and whole images are stored: of photos cut the faces out, by "
            "--align 128"
        )


def _side(record: Record, scheme: str) -> float | None:
    """Side of the face's square over that of the image; None without known eyes and mouth."""
    if record.landmarks is None:
        return None
    known = slice(None) if record.present is None else record.present
    points = np.full(record.landmarks.shape, np.nan)
    points[known] = record.landmarks[known]
    try:
        return aligned_square(points, scheme).side
    except UserError:
        return None


def _square(landmarks: LandmarkTable, row: int) -> Square | None:
    """The square of a row's face; None if it is not trusted, or its eyes and mouth make none."""
    if not landmarks.ok[row]:
        return None
    try:
        return aligned_square(landmarks.points[row], landmarks.scheme)
    except UserError:
        return None
