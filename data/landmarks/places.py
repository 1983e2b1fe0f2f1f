"""Whether the points of a landmark file are pixels of the images that they belong to."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float

from lanet_jax.errors import UserError

from ..images import Look
from ..listing import Listing

_MOST = 0.9  # share of points that tells their unit, or of faces; some detections are wild
_FAR = 1.5  # shares of a tight crop go beyond 1, where its jaw lies outside; no face is so small
_FEWEST = 10  # faces that do not all lie in one quarter of their photos by chance
_CENTRE = 0.25  # between the middle of shares from -1 to 1 and that of shares from 0 to 1


def check_unit(path: Path, points: Float[np.ndarray, "N L 2"], ok: Bool[np.ndarray, " N"]) -> None:
    """Refuses shares of the image where pixels are expected.

    Args:
      path: the landmark file, for the error.
      points: its points.
      ok: which rows can be trusted.

    Raises:
      UserError: nearly all points lie about the first pixel of their image, where no face can be.
    """
    known = points[ok].reshape(-1, 2)
    known = known[np.isfinite(known).all(-1) & known.any(-1)]  # (0, 0) stands for no point in some
    if not len(known):
        return
    if (np.abs(known) <= _FAR).all(-1).mean() < _MOST:
        return
    is_centred = np.median(known, axis=0).mean() < _CENTRE
    unit, advice = ("-1", "add 1, halve, then multiply") if is_centred else ("0", "multiply")
    raise UserError(
        f"{path}: the points lie between {unit} and 1, pixels of the stored image were expected: "
        f"{advice} by width and height"
    )


def inside(shares: Float[np.ndarray, "L 2"]) -> Bool[np.ndarray, " L"]:
    """Which points, as shares of the image, lie in it; NaN lies nowhere."""
    return np.all((shares >= 0) & (shares <= 1), axis=-1)


def check_inside(
    listing: Listing, faces: Mapping[str, Float[np.ndarray, "L 2"]], looks: Mapping[str, Look]
) -> None:
    """Adds a remark on faces that lie outside their images, or all in one quarter of them.

    Args:
      listing: gets the remark.
      faces: points of the rows that are ok, as shares of the image, by image.
      looks: size of each image, by name.

    Raises:
      UserError: it is half of the faces or more.
    """
    finite = {name: xy[np.isfinite(xy).all(-1)] for name, xy in faces.items()}
    finite = {name: xy for name, xy in finite.items() if len(xy)}
    outside = [name for name, xy in finite.items() if inside(xy).mean() < 0.5]
    small = [name for name, xy in finite.items() if xy.max() < 0.5]
    if len(finite) >= _FEWEST and len(small) >= _MOST * len(finite):
        listing.remarks.append(
            f"{_told('all points lie in the upper left quarter of', small, finite, looks)}: were "
            "they found in images of half the size? Then multiply the points by the ratio"
        )
    if not outside:
        return
    told = _told("most points lie outside", outside, finite, looks)
    if len(outside) >= len(finite) / 2:
        raise UserError(
            f"{told}: they were found in images of another size; find landmarks in these images, "
            "or multiply the points by the ratio of the sizes"
        )
    listing.remarks.append(
        f"{told}: points outside count as not known; were they found in images of another size?"
    )


def _told(
    where: str,
    which: Sequence[str],
    faces: Mapping[str, Float[np.ndarray, "L 2"]],
    looks: Mapping[str, Look],
) -> str:
    """How many of the faces lie where they should not, with one of them."""
    name, seen = which[0], looks[which[0]]
    x, y = np.median(faces[name], axis=0) * (seen.width, seen.height)
    return (
        f"in {len(which):,} of {len(faces):,} faces of the landmark file {where} the image, such "
        f"as {name} ({seen.width} x {seen.height} pixels, the middle of its points is {x:.0f}, "
        f"{y:.0f})"
    )
