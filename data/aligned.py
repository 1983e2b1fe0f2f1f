"""Cuts the faces out of photos by their landmarks, as `lanet predict` cuts them."""

import dataclasses
from pathlib import Path

import numpy as np

from lanet_jax.errors import UserError
from lanet_jax.faces.align import aligned_square

from .images import Face
from .landmark_file import LandmarkTable, find_rows
from .listing import Listing

NO_FACE = "no face with landmarks that can be trusted (left out)"


def cut_out(listing: Listing, landmarks: LandmarkTable, size: int) -> LandmarkTable:
    """Replaces each photo of a listing by its face, upright; photos without one are left out.

    Args:
      listing: photos with unique names, all of which are files; changed in place.
      landmarks: a landmark file's contents.
      size: side of the cuts in pixels.

    Returns:
      The landmarks in pixels of the cuts, without the rows of photos that were left out.

    Raises:
      UserError: the scheme of the landmarks does not say where the eyes are.
    """
    items = [item for found in listing.splits.values() for item in found]
    rows = find_rows(landmarks, items, listing.rows)
    points, used = landmarks.points.copy(), np.ones(len(landmarks.ok), bool)
    for split, found in listing.splits.items():
        kept = []
        for item in found:
            row = rows.get(item.name)
            if row is None or not landmarks.ok[row]:
                listing.note(NO_FACE, split, item.file)
                used[[] if row is None else row] = False
                continue
            if not isinstance(item.image, Path):
                raise UserError(f"{item.file} is no file of its own: leave out --align")
            square = aligned_square(landmarks.points[row], landmarks.scheme)
            points[row] = square.from_image(landmarks.points[row]) * np.float32(size)
            kept.append(dataclasses.replace(item, image=Face(item.image, square, size)))
        listing.splits[split] = kept
    names = landmarks.names and [landmarks.names[row] for row in np.flatnonzero(used).tolist()]
    return dataclasses.replace(landmarks, names=names, points=points[used], ok=landmarks.ok[used])
