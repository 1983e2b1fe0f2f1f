"""The max-pool and its gradient against a loop over the windows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.models.max_pool import max_pool

SIZES = [((8, 8), 1), ((7, 9), 1), ((2, 3), 1), ((1, 1), 1), ((8, 8), 0), ((7, 9), 0), ((3, 4), 0)]


def windows(size, padding):
    """For each pooled pixel the rows and the columns of its window that are in the map."""
    height, width = ((side + 2 * padding - 3) // 2 + 1 for side in size)
    for i, j in np.ndindex(height, width):
        top, left = 2 * i - padding, 2 * j - padding
        yield i, j, slice(max(top, 0), top + 3), slice(max(left, 0), left + 3)


@pytest.mark.parametrize(("size", "padding"), SIZES)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_values_and_gradient_equal_a_loop(size, padding, dtype):
    rng = np.random.default_rng(1)
    # All different, and whole numbers that bfloat16 holds exactly or rounds alike.
    x = jnp.asarray(rng.permutation(3 * size[0] * size[1]).reshape(1, *size, 3) - 99.0, dtype)
    pooled = max_pool(x, padding)
    weights = jnp.asarray(rng.integers(1, 9, pooled.shape), dtype)
    gradient = jax.grad(lambda x: jnp.sum(max_pool(x, padding) * weights))(x)
    values, expected = np.asarray(x, np.float32), np.zeros(x.shape, np.float32)
    seen = 0
    for i, j, rows, columns in windows(size, padding):
        seen += 1
        for d in range(3):
            window = values[0, rows, columns, d]
            assert float(pooled[0, i, j, d]) == window.max()
            y, z = np.unravel_index(np.argmax(window), window.shape)
            expected[0, rows.start + y, columns.start + z, d] += float(weights[0, i, j, d])
    assert seen == pooled.shape[1] * pooled.shape[2]
    assert pooled.dtype == gradient.dtype == dtype
    np.testing.assert_array_equal(np.asarray(gradient, np.float32), expected)


def test_equal_pixels_give_the_whole_gradient_to_the_first():
    gradient = jax.grad(lambda x: max_pool(x, 1).sum())(jnp.ones((1, 2, 2, 1)))
    np.testing.assert_array_equal(gradient[0, :, :, 0], [[1, 0], [0, 0]])


def test_only_a_byte_a_pooled_value_is_kept():
    x = jnp.ones((2, 8, 8, 3))
    _, backward = jax.vjp(lambda x: max_pool(x, 1), x)
    assert sum(leaf.nbytes for leaf in jax.tree.leaves(backward)) == 2 * 4 * 4 * 3
