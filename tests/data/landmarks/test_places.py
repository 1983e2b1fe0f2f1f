"""Points that are no pixels are told from those of a face."""

from pathlib import Path

import numpy as np
import pytest

from data.images import Look
from data.landmarks.places import check_inside, check_unit
from data.listing import Listing
from lanet_jax.errors import UserError
from tests.landmarks.drawn_face import face

OK = np.ones(10, bool)
PIXELS = np.stack([face("points5") * 4 + 24] * 10)


def test_pixels_pass_whatever_is_not_known():
    check_unit(Path("l.npz"), PIXELS, OK)
    wild = PIXELS.copy()
    wild[0], wild[1, 2], wild[2] = np.nan, np.inf, 0
    check_unit(Path("l.npz"), wild, OK)
    check_unit(Path("l.npz"), np.zeros_like(PIXELS), OK)  # no points
    shares = PIXELS.copy()
    shares[:8] /= 48  # of rows that nobody trusts
    check_unit(Path("l.npz"), shares, np.arange(10) > 7)
    check_unit(Path("l.npz"), PIXELS / 48, ~OK)


@pytest.mark.parametrize(
    ("points", "told"),
    [
        (PIXELS / 48, "between 0 and 1, .*: multiply by width and height"),
        (PIXELS / 48 * 1.5 - 0.25, "between 0 and 1, .*: multiply by width and height"),
        (PIXELS / 24 - 1, "between -1 and 1, .*: add 1, halve, then multiply by width and height"),
    ],
)
def test_shares_are_refused_though_a_few_points_lie_outside(points, told):
    points = points.copy()
    points[0, :2] = 9
    points[1] = np.nan
    with pytest.raises(UserError, match=f"l.npz: the points lie {told}"):
        check_unit(Path("l.npz"), points, OK)


def _remarks(*faces):
    named = {f"{i}.png": xy for i, xy in enumerate(faces)}
    listing = Listing(("anger",), {})
    check_inside(listing, named, dict.fromkeys(named, Look(96, 48, 1, b"")))
    return listing.remarks


def test_faces_in_one_quarter_of_their_images_may_be_of_smaller_ones():
    whole = PIXELS[0] / 48
    half = whole / 2
    half[0] = np.nan
    [told] = _remarks(*[half] * 9, whole)
    middle = np.median(half[1:], axis=0) * (96, 48)
    assert told.startswith(
        "in 9 of 10 faces of the landmark file all points lie in the upper left quarter of the "
        f"image, such as 0.png (96 x 48 pixels, the middle of its points is {middle[0]:.0f}, "
        f"{middle[1]:.0f}): were they found in images of half the size?"
    )
    for faces in (
        [half] * 9,
        [half] * 8 + [whole] * 2,
        [half + np.array([0.5, 0])] * 10,
        [whole] * 10,
    ):
        assert _remarks(*faces) == []
    assert _remarks(*[half] * 10, np.full_like(half, np.nan)) != []
