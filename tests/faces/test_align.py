import math

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.faces import align as align_lib
from lanet_jax.faces.align import EYE_DISTANCE, EYE_HEIGHT, EYES_TO_MOUTH, align, aligned_square
from lanet_jax.landmarks.schemes import SCHEMES

LEFT, RIGHT, MOUTH = np.array([30.0, 40.0]), np.array([50.0, 40.0]), np.array([40.0, 55.0])
PARTS = {
    "points5": ([0], [1], [3, 4]),
    "aflw19": ([6, 7, 8], [9, 10, 11], [15, 16, 17]),
    "ibug68": (range(36, 42), range(42, 48), range(48, 68)),
    "wflw98": (range(60, 68), range(68, 76), range(76, 96)),
}
POINTS = {"points5": 5, "aflw19": 19, "ibug68": 68, "wflw98": 98}


def _landmarks(scheme, mouth=MOUTH):
    points = np.zeros((POINTS[scheme], 2))
    for part, xy in zip(PARTS[scheme], (LEFT, RIGHT, mouth), strict=True):
        points[list(part)] = xy
    return points


@pytest.mark.parametrize("scheme", POINTS)
def test_eyes_come_to_their_places(scheme):
    square = aligned_square(_landmarks(scheme), scheme)
    eyes = square.from_image(np.stack([LEFT, RIGHT]))
    np.testing.assert_allclose(eyes[:, 1], EYE_HEIGHT)
    np.testing.assert_allclose(eyes[:, 0], [0.5 - EYE_DISTANCE / 2, 0.5 + EYE_DISTANCE / 2])


def test_a_turned_face_is_cut_upright():
    turn = math.radians(25)
    rotation = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    square = aligned_square(_landmarks("ibug68") @ rotation.T)
    assert square.angle == pytest.approx(turn)
    np.testing.assert_allclose(square.from_image(rotation @ LEFT)[1], EYE_HEIGHT)


def test_a_face_in_profile_is_cut_by_its_height():
    square = aligned_square(_landmarks("ibug68", mouth=np.array([40.0, 90.0])))
    assert square.side == pytest.approx(50 / EYES_TO_MOUTH)


def test_pixels_follow_the_points():
    image = np.zeros((80, 80, 3), np.uint8)
    image[38:42, 28:32] = 255
    cut = align(image, _landmarks("ibug68"), 100)
    assert cut.shape == (100, 100, 3)
    y, x = np.argwhere(cut[..., 0] > 127).mean(0) + 0.5
    assert (x, y) == pytest.approx((100 * (0.5 - EYE_DISTANCE / 2), 100 * EYE_HEIGHT), abs=1)


@pytest.mark.parametrize(
    ("points", "scheme", "message"),
    [
        (np.zeros((37, 2)), "rafdb37", "rafdb37"),
        (np.zeros((68, 2)), "ibug68", "without landmarks"),
        (np.full((68, 2), np.nan), "ibug68", "without landmarks"),
    ],
)
def test_what_cannot_be_aligned(points, scheme, message):
    with pytest.raises(UserError, match=message):
        aligned_square(points, scheme)


def test_faces_are_aligned_by_every_scheme():
    assert align_lib.PARTS.keys() == SCHEMES.keys(), "PARTS in lanet_jax/faces/align.py"
