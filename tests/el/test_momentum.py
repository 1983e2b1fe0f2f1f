"""The momentum copy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.el import momentum

PARAMS = {"a": jnp.array([1.0, 2.0]), "b": {"c": jnp.array(4.0)}}


def test_starts_as_a_copy_in_buffers_of_its_own():
    copy = momentum.init(PARAMS)
    jax.tree.map(np.testing.assert_array_equal, copy, PARAMS)
    # A shared buffer could not be donated twice.
    assert copy["a"].unsafe_buffer_pointer() != PARAMS["a"].unsafe_buffer_pointer()


@pytest.mark.parametrize(
    ("m", "a", "c"), [(0.75, [7.75, 15.5], 1.0), (1.0, [10, 20], 0), (0.0, [1, 2], 4)]
)
def test_moves_by_one_minus_m(m, a, c):
    moved = momentum.update({"a": jnp.array([10.0, 20.0]), "b": {"c": jnp.array(0.0)}}, PARAMS, m)
    np.testing.assert_allclose(moved["a"], a)
    np.testing.assert_allclose(moved["b"]["c"], c)


def test_no_gradient_reaches_the_parameters():
    copy = momentum.init(PARAMS)

    def loss(params):
        return sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(momentum.update(copy, params, 0.5)))

    assert all((leaf == 0).all() for leaf in jax.tree.leaves(jax.grad(loss)(PARAMS)))
