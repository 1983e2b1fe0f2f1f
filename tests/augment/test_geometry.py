import jax
import jax.numpy as jnp
import numpy as np
import PIL.Image
import pytest

from lanet_jax.augment import geometry

KEYS = jax.random.split(jax.random.key(0), 500)
WHOLE = jnp.array([0.0, 0.0, 1.0, 1.0])
POINTS = jnp.array([[0.25, 0.5], [0.75, 0.25], [0.5, 1.0]])
ALL = jnp.ones(3, bool)


def boxes(scale, ratio):
    return np.array(jax.vmap(lambda k: geometry.random_crop_box(k, scale, ratio))(KEYS))


def test_boxes_keep_to_area_ratio_and_image():
    y, x, height, width = boxes((0.5, 0.9), (0.75, 4 / 3)).T
    assert (height * width > 0.5 - 1e-5).all() and (height * width < 0.9 + 1e-5).all()
    assert (width / height > 0.75 - 1e-5).all() and (width / height < 4 / 3 + 1e-5).all()
    assert (y >= 0).all() and (x >= 0).all()
    assert (y + height <= 1 + 1e-6).all() and (x + width <= 1 + 1e-6).all()


def test_boxes_fill_the_allowed_range():
    y, x, height, width = boxes((0.25, 0.5), (0.5, 2.0)).T
    area, log_ratio = height * width, np.log(width / height)
    assert area.min() < 0.27 and area.max() > 0.48
    assert abs(area.mean() - 0.375) < 0.01
    assert log_ratio.min() < -0.6 and log_ratio.max() > 0.6
    assert abs(log_ratio.mean()) < 0.06
    for start, size in ((y, height), (x, width)):
        assert abs((start / (1 - size)).mean() - 0.5) < 0.05


def test_the_whole_image_where_nothing_fits():
    np.testing.assert_array_equal(boxes((1.0, 1.0), (1.5, 2.0)), np.tile(WHOLE, (500, 1)))


def test_the_whole_box_at_the_stored_size_is_the_identity():
    image = jnp.array(np.random.default_rng(0).random((6, 6, 3)), jnp.float32)
    np.testing.assert_allclose(geometry.crop_and_resize(image, WHOLE, 6), image, atol=1e-6)


def test_a_crop_on_pixel_borders_is_a_slice():
    image = jnp.array(np.random.default_rng(0).random((8, 4, 3)), jnp.float32)
    box = jnp.array([2 / 8, 1 / 4, 2 / 8, 2 / 4])  # rows 2-3, columns 1-2
    np.testing.assert_allclose(geometry.crop_and_resize(image, box, 2), image[2:4, 1:3], atol=1e-6)


def test_shrinking_is_antialiased():
    stripes = jnp.broadcast_to((jnp.arange(30) % 2)[:, None, None], (30, 30, 3)).astype(float)
    small = geometry.crop_and_resize(stripes, WHOLE, 10)
    # Every third row, weighted 1 2 3 2 1 with its neighbours: 4/9 or 5/9, where without it 0 or 1.
    expected = np.where(np.arange(1, 9) % 2, 4, 5) / 9
    np.testing.assert_allclose(small[1:-1, 4, 0], expected, atol=1e-5)


def test_crop_points_by_hand():
    # Box from x 0.5, y 0.25, half as wide and high: x' = (x - 0.5) / 0.5, y' = (y - 0.25) / 0.5.
    moved, present = geometry.crop_points(POINTS, ALL, jnp.array([0.25, 0.5, 0.5, 0.5]))
    np.testing.assert_allclose(moved, [[0, 0], [0.5, 0], [0, 0]], atol=1e-6)
    assert present.tolist() == [False, True, False]


def test_points_outside_are_kept_where_asked():
    known = jnp.array([True, True, False])
    box = jnp.array([0.25, 0.5, 0.5, 0.5])
    moved, present = geometry.crop_points(POINTS, known, box, keep_outside=True)
    np.testing.assert_allclose(moved, [[-0.5, 0.5], [0.5, 0], [0, 0]], atol=1e-6)
    assert present.tolist() == known.tolist()


def keys_cubic(x):
    """Keys' kernel with a = -1/2."""
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


def test_cubic_by_hand():
    line = np.array([0.4, 0.5, 0.6, 0.3, 0.5, 0.4, 0.5, 0.6])
    image = jnp.array(np.broadcast_to(line[None, :, None], (8, 8, 3)), jnp.float32)
    double = geometry.crop_and_resize(image, WHOLE, 16, "cubic")
    for place in range(5, 11):  # all four of its pixels are in the image
        at = (place + 0.5) / 2 - 0.5
        expected = sum(keys_cubic(at - i) * line[i] for i in range(8))
        np.testing.assert_allclose(double[8, place], expected, atol=1e-5)


@pytest.mark.parametrize("size", [11, 40])
def test_cubic_is_pillows_up_to_rounding(size):
    # Pillow cuts off after each axis, so nothing may overshoot.
    image = np.random.default_rng(0).integers(60, 196, (23, 23, 3), np.uint8)
    pillow = PIL.Image.fromarray(image).resize((size, size), PIL.Image.Resampling.BICUBIC)
    ours = geometry.crop_and_resize(jnp.array(image, jnp.float32) / 255, WHOLE, size, "cubic")
    np.testing.assert_allclose(np.array(ours) * 255, np.asarray(pillow), atol=1.5)


def test_absent_points_stay_absent_and_nan_does_not_spread():
    points = POINTS.at[0].set(jnp.nan)
    moved, present = geometry.crop_points(points, jnp.array([False, True, False]), WHOLE)
    assert present.tolist() == [False, True, False]
    np.testing.assert_allclose(moved, [[0, 0], [0.75, 0.25], [0, 0]])


def test_flip_points_by_hand():
    known = jnp.array([True, False, True])
    flipped, present = geometry.flip_points(POINTS, known, (1, 0, 2))
    np.testing.assert_allclose(flipped, [[0, 0], [0.75, 0.5], [0.5, 1.0]])
    assert present.tolist() == [False, True, True]
    mirrored, present = geometry.flip_points(POINTS, known, ())
    np.testing.assert_allclose(mirrored, [[0.75, 0.5], [0, 0], [0.5, 1.0]])
    assert present.tolist() == [True, False, True]


@pytest.mark.parametrize("flip_index", [(1, 0, 2), ()])
def test_flipping_twice_is_the_identity(flip_index):
    image = jnp.arange(5 * 4 * 3, dtype=jnp.float32).reshape(5, 4, 3)
    once = geometry.random_flip(KEYS[0], image, POINTS, ALL, 1.0, flip_index)
    assert not np.array_equal(once[0], image)
    twice = geometry.random_flip(KEYS[1], *once, 1.0, flip_index)
    np.testing.assert_array_equal(twice[0], image)
    np.testing.assert_allclose(twice[1], POINTS)
    np.testing.assert_array_equal(twice[2], ALL)


def test_flip_probability():
    image = jnp.array([[[0.0] * 3, [1.0] * 3]])
    flip = jax.vmap(lambda k: geometry.random_flip(k, image, POINTS, ALL, 0.3, ())[0][0, 0, 0])
    assert abs(float(flip(KEYS).mean()) - 0.3) < 0.07
