import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P

from lanet_jax.augment.compose import (
    Augmentation,
    augment_batch,
    preprocess_batch,
)
from lanet_jax.from_config import fields

KEY = jax.random.key(0)
MEAN, STD = (0.5, 0.4, 0.3), (0.2, 0.25, 0.3)
DEFAULT = Augmentation(
    **{**fields.get_config().augment, "size": 32, "mean": MEAN, "std": STD},
    flip_index=(1, 0),
    keep_outside=False,
)
PLAIN = dataclasses.replace(
    DEFAULT,
    flip_index=(),
    mean=(0.0, 0.0, 0.0),
    std=(1.0, 1.0, 1.0),
    crop_scale=(1.0, 1.0),
    crop_ratio=(1.0, 1.0),
    flip=0.0,
    jitter=(0.0, 0.0, 0.0),
    erase_prob=0.0,
)
augment_twice = functools.partial(jax.jit, static_argnames="settings")(augment_batch)


def augment(*arguments):
    image, _, landmarks, present = augment_twice(*arguments)
    return image, landmarks, present


def batch(count, side=32, points=2):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    landmarks = rng.random((count, points, 2), np.float32)
    return jnp.array(images), jnp.array(landmarks), jnp.ones((count, points), bool)


def dots(count, side):
    """Black images with one bright dot for each of two landmarks, told apart by their colour."""
    place = np.random.default_rng(1).integers(2, side - 2, (count, 2, 2))
    images = np.zeros((count, side, side, 3), np.uint8)
    for n in range(count):
        for point, (x, y) in enumerate(place[n]):
            images[n, y, x, point] = 255
    landmarks = (place + 0.5) / side
    return jnp.array(images), jnp.array(landmarks, jnp.float32), jnp.ones((count, 2), bool)


def centroid(channel):
    y, x = np.mgrid[: channel.shape[0], : channel.shape[1]] + 0.5
    return np.array([(x * channel).sum(), (y * channel).sum()]) / channel.sum() / len(channel)


@pytest.mark.parametrize("size", [24, 60])
def test_points_follow_the_pixels(size):
    settings = dataclasses.replace(
        PLAIN, size=size, crop_scale=(0.4, 0.9), crop_ratio=(0.7, 1.4), flip=0.5
    )
    images, landmarks, present = augment(KEY, *dots(32, 40), settings)
    images, landmarks = np.array(images), np.array(landmarks)
    inner = ((landmarks > 0.1) & (landmarks < 0.9)).all(-1) & np.array(present)
    assert inner.sum() > 20
    for n, point in zip(*np.nonzero(inner), strict=True):
        found = centroid(images[n, :, :, point])
        np.testing.assert_allclose(found, landmarks[n, point], atol=0.5 / size)


def test_points_that_leave_the_crop_are_absent():
    settings = dataclasses.replace(PLAIN, crop_scale=(0.3, 0.3))
    images, landmarks, present = augment(KEY, *dots(64, 32), settings)
    assert 10 < int(present.sum()) < 100
    bright = np.array(images).max(axis=(1, 2))[..., :2] > 0.3
    clear = (np.abs(np.array(landmarks) - 0.5) < 0.45).all(-1)  # not within a pixel of the border
    np.testing.assert_array_equal(bright[clear & np.array(present)], True)
    assert bright[~np.array(present)].mean() < 0.1


def test_a_mirror_swaps_the_names_only_where_asked():
    images, landmarks, present = dots(4, 32)
    mirrored = np.array(landmarks) * [-1, 1] + [1, 0]
    flipped = dataclasses.replace(PLAIN, flip=1.0, flip_index=(1, 0))
    out = augment(KEY, images, landmarks, present, flipped)
    np.testing.assert_allclose(out[0], np.array(images)[:, :, ::-1] / 255, atol=1e-5)
    np.testing.assert_allclose(out[1], mirrored[:, ::-1], atol=1e-6)
    reference = dataclasses.replace(flipped, flip_swaps_points=False)
    out = augment(KEY, images, landmarks, present, reference)
    np.testing.assert_allclose(out[1], mirrored, atol=1e-6)


def test_everything_off_only_scales_to_one():
    images, landmarks, present = batch(4)
    out = augment(KEY, images, landmarks, present, PLAIN)
    np.testing.assert_allclose(out[0], np.array(images) / 255, atol=1e-5)
    np.testing.assert_allclose(out[1], landmarks, atol=1e-6)
    assert out[2].all()


def test_the_key_decides_and_samples_differ():
    images, landmarks, present = (x[:1].repeat(8, axis=0) for x in batch(1))
    first = augment(KEY, images, landmarks, present, DEFAULT)
    again = augment(KEY, images, landmarks, present, DEFAULT)
    other = augment(jax.random.key(1), images, landmarks, present, DEFAULT)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.allclose(first[0], other[0])
    assert len({np.array(image).tobytes() for image in first[0]}) == 8


def test_erased_pixels_are_the_mean_colour():
    settings = dataclasses.replace(DEFAULT, erase_prob=1.0)
    images = augment(KEY, *batch(8), settings)[0]
    zero = np.array(images == 0).all(axis=-1).mean(axis=(1, 2))
    assert (zero > 0.015).all() and (zero < 0.22).all()


def test_the_second_view_is_the_mirror_of_the_first_before_anything_is_erased():
    settings = dataclasses.replace(DEFAULT, erase_prob=0.0)
    first, second, *_ = augment_twice(KEY, *batch(8), settings)
    np.testing.assert_allclose(second, first[:, :, ::-1], atol=1e-6)


def test_each_view_is_erased_in_a_place_of_its_own():
    settings = dataclasses.replace(DEFAULT, erase_prob=1.0)
    first, second, landmarks, present = augment_twice(KEY, *batch(16), settings)
    without = augment(KEY, *batch(16), settings)
    for view, alone in zip((first, landmarks, present), without, strict=True):
        np.testing.assert_allclose(view, alone, atol=1e-6)
    first, second = np.array(first), np.array(second[:, :, ::-1])
    boxes = [(view == 0).all(axis=-1) for view in (first, second)]
    assert all(box.any(axis=(1, 2)).all() for box in boxes)
    assert all((a != b).any() for a, b in zip(*boxes, strict=True))
    seen = ~(boxes[0] | boxes[1])
    np.testing.assert_allclose(first[seen], second[seen], atol=1e-6)


def test_without_landmarks():
    size = 40
    settings = dataclasses.replace(DEFAULT, size=size, flip_index=())
    images, landmarks, present = augment(KEY, *batch(4, points=0), settings)
    assert images.shape == (4, size, size, 3) and images.dtype == jnp.float32
    assert landmarks.shape == (4, 0, 2) and present.shape == (4, 0)


def test_a_flip_index_of_another_scheme_is_refused():
    with pytest.raises(ValueError, match="5 entries for 2 landmarks"):
        augment_batch(KEY, *batch(2), dataclasses.replace(DEFAULT, flip_index=(1, 0, 2, 4, 3)))


def test_sharding_does_not_change_the_numbers():
    devices = len(jax.devices())
    assert devices > 1, "tests/conftest.py asks for eight"
    mesh = jax.make_mesh((devices,), ("data",), axis_types=(jax.sharding.AxisType.Auto,))
    arrays = batch(2 * devices)
    sharded = jax.device_put(arrays, NamedSharding(mesh, P("data")))
    for one, many in zip(
        augment(KEY, *arrays, DEFAULT), augment(KEY, *sharded, DEFAULT), strict=True
    ):
        assert len(many.sharding.device_set) == devices
        np.testing.assert_allclose(one, many, atol=1e-5)


def test_preprocess_at_the_stored_size_resamples_nothing():
    images = batch(3)[0]
    expected = (np.array(images, np.float32) / 255 - np.float32(MEAN)) / np.float32(STD)
    np.testing.assert_allclose(preprocess_batch(images, 32, MEAN, STD), expected, atol=1e-6)


def test_preprocess_resizes_and_normalises():
    flat = jnp.broadcast_to(jnp.array([51, 102, 204], jnp.uint8), (2, 10, 14, 3))
    out = preprocess_batch(flat, 8, MEAN, STD)
    expected = (np.array([0.2, 0.4, 0.8]) - MEAN) / np.array(STD)
    np.testing.assert_allclose(out, np.broadcast_to(expected, (2, 8, 8, 3)), atol=1e-5)


def test_training_without_chance_equals_evaluation():
    settings = dataclasses.replace(PLAIN, size=20, mean=MEAN, std=STD)
    images, landmarks, present = batch(3)
    trained = augment(KEY, images, landmarks, present, settings)[0]
    np.testing.assert_allclose(trained, preprocess_batch(images, 20, MEAN, STD), atol=1e-5)


def test_cubic_in_training_is_cubic_in_evaluation():
    settings = dataclasses.replace(PLAIN, size=20, mean=MEAN, std=STD, resample="cubic")
    images, landmarks, present = batch(3)
    trained = augment(KEY, images, landmarks, present, settings)[0]
    evaluated = preprocess_batch(images, 20, MEAN, STD, "cubic")
    np.testing.assert_allclose(trained, evaluated, atol=1e-5)
    linear = preprocess_batch(images, 20, MEAN, STD)
    assert np.abs(evaluated - linear).max() > 0.1
    colours = np.array(preprocess_batch(images, 64, MEAN, STD, "cubic")) * STD + MEAN
    assert abs(colours.min()) < 1e-6 and abs(colours.max() - 1) < 1e-6  # cut off where it overshot


def test_noise_alone_changes_only_some_images_and_both_views_alike():
    settings = dataclasses.replace(PLAIN, noise_prob=0.5)
    images, landmarks, present = batch(16)
    first, second, points, _ = augment_twice(KEY, images, landmarks, present, settings)
    moved = np.abs(np.array(first) - np.array(images) / 255)
    noisy = moved.max(axis=(1, 2, 3)) > 1e-3
    assert 2 < noisy.sum() < 14 and moved.max() < 40 / 255
    np.testing.assert_allclose(second, first[:, :, ::-1], atol=1e-6)
    np.testing.assert_allclose(points, landmarks, atol=1e-6)


def test_heat_maps_keep_the_points_that_leave_the_crop():
    settings = dataclasses.replace(PLAIN, crop_scale=(0.3, 0.3), keep_outside=True)
    _, landmarks, present = augment(KEY, *dots(64, 32), settings)
    assert present.all()
    assert ((landmarks < 0) | (landmarks > 1)).any()
