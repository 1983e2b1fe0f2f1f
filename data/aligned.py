"""Cuts the faces out of photos by their landmarks, as `lanet predict` cuts them."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lanet_jax.errors import UserError
from lanet_jax.faces.align import aligned_square, require
from lanet_jax.faces.square import Square

from .assembly import look_at_all
from .images import Face
from .landmark_file import LandmarkTable, check_scheme, find_rows, remark_unused
from .listing import Item, Listing
from .record_fields import Record

NO_FACE = "no face with landmarks that can be trusted (left out)"
NO_ROW = "no row in the landmark file (left out)"
_SMALL = 0.4  # breadth or height of a face's landmarks over that of its image; of FER+'s crops .8


def cut_out(listing: Listing, landmarks: LandmarkTable, size: int) -> None:
    """Replaces each photo of a listing by its face, upright, with the landmarks in the cut.

    Photos without a face are left out.

    Args:
      listing: photos with unique names, all of which are files; changed in place.
      landmarks: a landmark file's contents.
      size: side of the cuts in pixels.

    Raises:
      UserError: the scheme of the landmarks does not say where the eyes are, or has another number
        of points; the file fits no photo; or a photo that is left out is damaged.
    """
    require(landmarks.scheme)
    check_scheme(landmarks.scheme, landmarks.points.shape[1])
    items = [item for found in listing.splits.values() for item in found]
    rows = find_rows(landmarks, items, listing.rows)
    remark_unused(landmarks, rows, listing)
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


def remark_photos(listing: Listing, splits: Mapping[str, Sequence[Record]]) -> None:
    """Adds a remark on images in which the face is small: photos, not crops.

    Args:
      listing: gets the remark.
      splits: the records of each split, with their landmarks.
    """
    known = [
        (record.name, points)
        for records in splits.values()
        for record in records
        if len(points := _points(record))
    ]
    small = [name for name, points in known if np.ptp(points, axis=0).max() < _SMALL]
    if small:
        listing.remarks.append(
            f"in {len(small):,} of {len(known):,} images with landmarks, such as {small[0]}, "
            "the face is small, and whole images are stored: of photos cut the faces out, by "
            "--align 128"
        )


def _points(record: Record) -> Float[np.ndarray, "l 2"]:
    """The known landmarks of a record."""
    if record.landmarks is None:
        return np.empty((0, 2))
    return record.landmarks if record.present is None else record.landmarks[record.present]


def _square(landmarks: LandmarkTable, row: int) -> Square | None:
    """The square of a row's face; None if it is not trusted, or its eyes and mouth make none."""
    if not landmarks.ok[row]:
        return None
    try:
        return aligned_square(landmarks.points[row], landmarks.scheme)
    except UserError:
        return None
