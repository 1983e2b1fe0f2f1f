import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.augment.colour import add_noise, jitter, normalize

KEY = jax.random.key(0)
IMAGE = jnp.array(np.random.default_rng(0).random((4, 4, 3)), jnp.float32)
GREY = np.array([0.2989, 0.587, 0.114])


def only(strengths, image=IMAGE, seeds=200):
    keys = jax.random.split(KEY, seeds)
    return np.array(jax.vmap(lambda key: jitter(key, image, *strengths))(keys))


def test_no_strength_is_the_identity():
    np.testing.assert_allclose(jitter(KEY, IMAGE, 0.0, 0.0, 0.0), IMAGE, atol=1e-6)


def test_brightness_scales_by_factors_of_the_whole_range():
    factors = only((0.4, 0.0, 0.0), 0.5 * IMAGE) / (0.5 * IMAGE)
    one_each = factors[:, 0, 0, 0]
    np.testing.assert_allclose(factors, one_each[:, None, None, None] * np.ones((4, 4, 3)), 1e-4)
    assert 0.6 <= one_each.min() < 0.62 and 1.38 < one_each.max() <= 1.4


def test_contrast_keeps_the_mean_grey_and_scales_the_distance_to_it():
    image = 0.3 + 0.3 * IMAGE  # far enough from 0 and 1 not to clip
    mean = (np.array(image) @ GREY).mean()
    factors = (only((0.0, 0.4, 0.0), image) - mean) / (np.array(image) - mean)
    np.testing.assert_allclose(factors, factors[:, :1, :1, :1] * np.ones((4, 4, 3)), atol=2e-2)
    assert factors[:, 0, 0, 0].min() < 0.65 and factors[:, 0, 0, 0].max() > 1.35


def test_saturation_keeps_the_grey_image_and_scales_the_distance_to_it():
    image = 0.3 + 0.3 * IMAGE
    grey = (image @ GREY)[..., None]
    out = only((0.0, 0.0, 0.4), image)
    np.testing.assert_allclose((out @ GREY)[..., None], np.broadcast_to(grey, (200, 4, 4, 1)), 1e-3)
    factors = (out - grey) / (image - grey)
    assert factors[:, 0, 0, 0].min() < 0.65 and factors[:, 0, 0, 0].max() > 1.35


def test_grey_images_ignore_saturation():
    grey = jnp.full((4, 4, 3), 0.4)
    np.testing.assert_allclose(only((0.0, 0.0, 0.4), grey), 0.4, atol=1e-4)


def test_fixed_order_by_hand():
    # A strength of 3 gives factors in [0, 4]; the same draws tell which three factors were used.
    factors = np.array(
        jax.random.uniform(KEY, (3,), minval=jnp.zeros(3), maxval=jnp.array([4.0, 4.0, 4.0]))
    )
    image = np.clip(factors[0] * np.array(IMAGE), 0, 1)
    image = np.clip(factors[1] * image + (1 - factors[1]) * (image @ GREY).mean(), 0, 1)
    image = np.clip(factors[2] * image + (1 - factors[2]) * (image @ GREY)[..., None], 0, 1)
    np.testing.assert_allclose(jitter(KEY, IMAGE, 3.0, 3.0, 3.0), image, atol=1e-5)


def test_the_result_stays_in_range():
    out = only((3.0, 3.0, 3.0))
    assert out.min() >= 0 and out.max() <= 1
    assert (out == 1).any() and (out == 0).any()


@pytest.mark.parametrize("shape", [(2, 2, 3), (5, 2, 2, 3)])
def test_normalize_by_hand(shape):
    out = normalize(jnp.full(shape, 0.5), (0.5, 0.4, 0.7), (0.1, 0.2, 0.4))
    np.testing.assert_allclose(out, np.broadcast_to([0, 0.5, -0.5], shape), atol=1e-6)


@functools.partial(jax.jit, static_argnums=1)
def noisy(image, prob):
    keys = jax.random.split(KEY, 400)
    return jax.vmap(lambda key: add_noise(key, image, prob, 30.0))(keys)


def test_noise_has_the_variance_and_is_cut_down_to_whole_numbers():
    out = np.array(noisy(jnp.full((4, 4, 3), 128.0), 1.0))
    np.testing.assert_array_equal(out, np.floor(out))
    # The floor takes half a number away and adds the variance of a uniform one, 1/12.
    np.testing.assert_allclose(out.mean(), 127.5, atol=0.15)
    np.testing.assert_allclose(out.var(), 30 + 1 / 12, rtol=0.04)


@pytest.mark.parametrize(("value", "low", "high"), [(0.0, 0, 40), (255.0, 215, 255)])
def test_noise_stays_within_eight_bits(value, low, high):
    out = np.array(noisy(jnp.full((4, 4, 3), value), 1.0))
    assert out.min() >= low and out.max() <= high and len(np.unique(out)) > 5


def test_half_of_the_images_have_noise():
    image = jnp.round(255 * IMAGE)
    same = np.all(noisy(image, 0.5) == image, axis=(1, 2, 3)).mean()
    assert abs(same - 0.5) < 0.1
