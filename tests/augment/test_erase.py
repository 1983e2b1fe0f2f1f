import jax
import jax.numpy as jnp
import numpy as np

from lanet_jax.augment.erase import random_erase

KEYS = jax.random.split(jax.random.key(0), 400)
ONES = jnp.ones((40, 40, 3))


def erased(prob, scale, ratio):
    """Where each of 400 images was erased: [400, 40, 40]."""
    out = np.array(jax.vmap(lambda key: random_erase(key, ONES, prob, scale, ratio))(KEYS))
    assert set(np.unique(out)) <= {0.0, 1.0}
    assert (out == out[..., :1]).all()  # all channels alike
    return out[..., 0] == 0


def test_never_and_always():
    assert not erased(0.0, (0.1, 0.2), (0.3, 3.3)).any()
    assert erased(1.0, (0.1, 0.2), (0.3, 3.3)).any(axis=(1, 2)).all()


def test_probability():
    share = erased(0.2, (0.02, 0.2), (0.3, 3.3)).any(axis=(1, 2)).mean()
    assert abs(share - 0.2) < 0.08


def test_the_erased_part_is_one_box_of_the_allowed_area():
    mask = erased(1.0, (0.1, 0.2), (0.5, 2.0))
    height, width = mask.any(axis=2).sum(axis=1), mask.any(axis=1).sum(axis=1)
    np.testing.assert_array_equal(mask.sum(axis=(1, 2)), height * width)
    area = height * width / 1600
    assert area.min() > 0.08 and area.max() < 0.22 and area.max() - area.min() > 0.07
    top, left = mask.any(axis=2).argmax(axis=1), mask.any(axis=1).argmax(axis=1)
    assert top.min() <= 1 and left.min() <= 1
    assert (top + height).max() >= 39 and (left + width).max() >= 39


def test_ratio_is_height_over_width():
    mask = erased(1.0, (0.1, 0.1), (2.0, 3.0))
    height, width = mask.any(axis=2).sum(axis=1), mask.any(axis=1).sum(axis=1)
    assert (height > 1.5 * width).all()


def test_a_box_that_never_fits_erases_nothing():
    assert not erased(1.0, (0.9, 0.9), (3.0, 3.3)).any()
