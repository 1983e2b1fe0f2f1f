"""Eq. 10."""

import jax
import jax.numpy as jnp
import numpy as np

from lanet_jax.el import projection

PARAMS = projection.init(jax.random.key(0, impl="unsafe_rbg"), 6, 5, 4)
X = np.random.default_rng(0).normal(size=(5, 6)) * np.array([[1e-2], [1], [10], [1e3], [1]])


def test_two_layers_and_unit_length():
    weights = jax.tree.map(np.array, PARAMS)
    assert weights["linear1"]["kernel"].shape == (6, 5)
    assert weights["linear2"]["kernel"].shape == (5, 4)
    for x, q in zip(X, projection.project(PARAMS, jnp.array(X)), strict=True):
        hidden = np.maximum(x @ weights["linear1"]["kernel"] + weights["linear1"]["bias"], 0)
        out = hidden @ weights["linear2"]["kernel"] + weights["linear2"]["bias"]
        np.testing.assert_allclose(q, out / np.sqrt(np.sum(out**2)), atol=1e-5)


def test_the_two_layers_start_apart():
    square = projection.init(jax.random.key(0, impl="unsafe_rbg"), 4, 4, 4)
    assert not np.isclose(square["linear1"]["kernel"], square["linear2"]["kernel"]).any()


def test_projections_have_length_one():
    lengths = jnp.linalg.norm(projection.project(PARAMS, jnp.array(X)), axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-6)


def test_a_zero_projection_has_a_finite_gradient():
    zero = jax.tree.map(jnp.zeros_like, PARAMS)
    out, gradient = jax.value_and_grad(lambda p: projection.project(p, jnp.array(X)).sum())(zero)
    assert out == 0
    assert all(jnp.isfinite(leaf).all() for leaf in jax.tree.leaves(gradient))
