import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanet_jax.faces.square import Square, direction


def test_points_of_an_upright_square():
    square = Square(x=10, y=20, side=8)
    np.testing.assert_allclose(
        square.to_image(np.array([[0.0, 0.0], [1, 0.5]])), [[6, 16], [14, 20]]
    )


def test_points_of_a_square_turned_clockwise():
    # Its upper left corner (6, 16) turns about (10, 20) to the upper right; y points down.
    square = Square(x=10, y=20, side=8, angle=math.pi / 2)
    np.testing.assert_allclose(square.to_image(np.array([[0.0, 0.0]])), [[14, 16]], atol=1e-12)


@settings(deadline=None)
@given(
    st.floats(-50, 50), st.floats(-50, 50), st.floats(0.5, 90), st.floats(-3, 3), st.floats(-2, 2)
)
def test_points_keep_their_shape(x, y, side, angle, u):
    square, points = Square(x, y, side, angle), np.array([[u, 0.3], [0.1, -u], [0.5, 0.5]])
    moved = square.to_image(points)
    np.testing.assert_allclose(moved[2], [x, y], atol=1e-9)
    np.testing.assert_allclose(square.from_image(moved), points, atol=1e-8)
    inner = (points[:2] - 0.5) @ (points[:2] - 0.5).T
    found = (moved[:2] - [x, y]) @ (moved[:2] - [x, y]).T
    np.testing.assert_allclose(found, side**2 * inner, atol=1e-8)  # some are 0 but for rounding


def test_around_holds_the_points():
    angle = 0.4
    corners = Square(3, 5, 10, angle).to_image(np.array([[0.0, 0.2], [1, 0.2], [0.4, 0.8]]))
    square = Square.around(corners, angle, scale=1.5)
    assert (square.x, square.y) == pytest.approx((3, 5))
    assert (square.side, square.angle) == pytest.approx((15, 0.4))


def test_direction():
    assert direction(np.array([1, 1]), np.array([2, 2])) == pytest.approx(math.pi / 4)


def test_an_upright_cut_at_its_own_size_is_the_image():
    image = np.random.default_rng(0).integers(0, 256, (12, 12, 3), np.uint8)
    np.testing.assert_array_equal(Square(6, 6, 12).cut(image, 12), image)
    np.testing.assert_array_equal(Square(7, 5, 6).cut(image, 6), image[2:8, 4:10])


def test_a_quarter_turn_of_the_square_turns_the_image_the_other_way():
    image = np.random.default_rng(0).integers(0, 256, (12, 12, 3), np.uint8)
    turned = Square(6, 6, 12, math.pi / 2).cut(image, 12)
    np.testing.assert_array_equal(turned, np.rot90(image))


@pytest.mark.parametrize(
    ("border", "beyond"), [(cv2.BORDER_CONSTANT, 0), (cv2.BORDER_REPLICATE, 7)]
)
def test_beyond_the_image(border, beyond):
    cut = Square(2, 2, 8).cut(np.full((4, 4, 3), 7, np.uint8), 8, border)
    assert cut[0, 0, 0] == beyond
    assert cut[4, 4, 0] == 7


def test_shrinking_averages_instead_of_sampling():
    image = np.zeros((64, 64, 3), np.uint8)
    image[::2] = 200
    assert np.ptp(Square(32, 32, 64).cut(image, 16).astype(int)) <= 2


def test_a_mark_lands_where_the_points_say():
    image = np.zeros((60, 80, 3), np.uint8)
    image[20, 50] = 255  # its middle is at (50.5, 20.5)
    square = Square(45, 25, 30, angle=0.3)
    cut = square.cut(image, 120)[..., 0].astype(float)
    ys, xs = np.mgrid[:120, :120] + 0.5
    center = np.array([(cut * xs).sum(), (cut * ys).sum()]) / cut.sum()
    np.testing.assert_allclose(square.to_image(center / 120), [50.5, 20.5], atol=0.15)
