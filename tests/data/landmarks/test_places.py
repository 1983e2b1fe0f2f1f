"""Points that are no pixels are told from those of a face."""

from pathlib import Path

import numpy as np
import pytest

from data.landmarks.places import check_unit
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
