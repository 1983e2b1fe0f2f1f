"""BatchNorm: its values, its gradient and its running statistics against the plain formula."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.models.normalization import BatchNorm, channel_sum, normalize


def _map(*shape):
    return np.random.default_rng(0).normal(1.5, 2.0, shape).astype(np.float32)


@pytest.mark.parametrize("side", [(1, 1), (3, 3), (6, 4), (24, 12), (17, 19), (56, 34)])
def test_channel_sum_is_the_sum_over_all_other_axes(side):
    x, y = _map(2, *side, 3), _map(2, *side, 3)[::-1]
    found = jax.jit(lambda a, b: channel_sum(lambda p, q: p * (q + 1), a, b))(x, y)
    np.testing.assert_allclose(found, (x * (y + 1.0)).sum((0, 1, 2)), rtol=1e-5, atol=1e-3)


def test_normalised_values_and_statistics():
    x = np.array([[[[1.0, 2.0]], [[3.0, 2.0]]]], np.float32)  # one image, 2x1 map, two channels
    scale, bias = np.array([2.0, 3.0], np.float32), np.array([0.5, -1.0], np.float32)
    y, mean, var = normalize(x, scale, bias)
    np.testing.assert_allclose(mean, [2, 2], atol=1e-6)
    np.testing.assert_allclose(var, [1, 0], atol=1e-6)
    np.testing.assert_allclose(y, [[[[-1.5, -1]], [[2.5, -1]]]], atol=1e-4)


def test_gradients_are_those_of_the_formula():
    x, weights = _map(2, 6, 5, 3), _map(2, 6, 5, 3)[::-1]
    scale, bias = np.array([0.5, 1.0, 2.0], np.float32), np.array([0.0, 1.0, -1.0], np.float32)

    def formula(x, scale, bias):
        centred = x - x.mean((0, 1, 2))
        return centred / jnp.sqrt((centred**2).mean((0, 1, 2)) + 1e-5) * scale + bias

    def loss(function):
        return lambda *args: jnp.sum(jnp.sin(function(*args)) * weights)

    found = jax.grad(loss(lambda *args: normalize(*args)[0]), (0, 1, 2))(x, scale, bias)
    wanted = jax.grad(loss(formula), (0, 1, 2))(x, scale, bias)
    for a, b in zip(found, wanted, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


def test_running_statistics_are_linens():
    x = _map(4, 6, 6, 3)
    ours, linens = BatchNorm(), nn.BatchNorm(momentum=0.9, epsilon=1e-5)
    variables = ours.init(jax.random.key(0), x, True)
    assert jax.tree.all(
        jax.tree.map(np.array_equal, variables, linens.init(jax.random.key(0), x, True))
    )
    y, found = ours.apply(variables, x, True, mutable=["batch_stats"])
    expected, wanted = linens.apply(variables, x, False, mutable=["batch_stats"])
    np.testing.assert_allclose(y, expected, atol=1e-4)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), found, wanted)
    variables = {**variables, **found}
    y = ours.apply(variables, x, False)
    np.testing.assert_allclose(y, linens.apply(variables, x, True), atol=1e-5)


def test_half_precision_sums_in_float32():
    x = jnp.full((64, 16, 16, 1), 1.01, jnp.bfloat16)  # 16,384 equal terms: too many for bfloat16
    y, mean, var = normalize(x, jnp.ones(1), jnp.zeros(1))
    assert y.dtype == jnp.bfloat16 and mean.dtype == var.dtype == jnp.float32
    np.testing.assert_allclose(mean, float(x[0, 0, 0, 0]), rtol=1e-4)
    np.testing.assert_allclose(var, 0, atol=1e-3)


@pytest.mark.parametrize("value", [1000.1, 333.3, 77.7, 4321.9])
def test_a_constant_map_has_no_negative_variance(value):
    y, _, var = normalize(jnp.full((3, 7, 7, 1), value), jnp.ones(1), jnp.full(1, 0.5))
    assert var[0] >= 0 and jnp.isfinite(y).all()
