"""Eq. 6 and 7 against plain loops."""

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lanet_jax.ops.losses import cross_entropy, kl_divergence, soft_cross_entropy

B, C = 4, 3
RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(B, C)) * 2
LABELS = np.array([2, 0, 0, 1])
TARGET = RNG.dirichlet(np.ones(C), size=B)
P = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)


def test_cross_entropy_is_eq_6():
    one_hot = np.eye(C)[LABELS]
    expected = 0.0
    for i in range(B):
        for j in range(C):
            expected -= one_hot[i, j] * np.log(P[i, j]) / B
    loss, gradient = jax.value_and_grad(cross_entropy)(jnp.array(LOGITS), jnp.array(LABELS))
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    np.testing.assert_allclose(gradient, (P - one_hot) / B, atol=1e-6)


def test_weights_scale_the_mean_and_do_not_normalise_it():
    weights = np.array([0.5, 0.0, 2.0, 1.0])
    expected = -np.sum(weights * np.log(P[np.arange(B), LABELS])) / B
    loss = cross_entropy(jnp.array(LOGITS), jnp.array(LABELS), jnp.array(weights))
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_soft_cross_entropy_by_hand():
    # Even shares of an even prediction: log 2. A certain one of 1 : 3: -log(1/4). No infinite one.
    shares = jnp.array([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0]])
    logits = jnp.array([[3.0, 3.0], [0.0, np.log(3.0)], [-1e3, 0.0]])
    loss = soft_cross_entropy(logits, shares)
    np.testing.assert_allclose(loss, (np.log(2) + np.log(4)) / 3, rtol=1e-5)


def test_kl_divergence_is_eq_7_with_its_sign_put_right():
    expected = 0.0
    for i in range(B):
        for j in range(C):
            expected += TARGET[i, j] * np.log(TARGET[i, j] / P[i, j]) / B
    loss, (by_target, by_logits) = jax.value_and_grad(kl_divergence, (0, 1))(
        jnp.array(TARGET), jnp.array(LOGITS)
    )
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    np.testing.assert_allclose(by_logits, (P - TARGET) / B, atol=1e-6)
    np.testing.assert_allclose(by_target, (np.log(TARGET / P) + 1) / B, atol=1e-5)


def test_kl_divergence_by_hand():
    # Even prediction, certain target: log 2. Target equal to the prediction: 0.
    loss = kl_divergence(jnp.array([[1.0, 0.0], [0.5, 0.5]]), jnp.array([[3.0, 3.0], [7.0, 7.0]]))
    np.testing.assert_allclose(loss, np.log(2) / 2, rtol=1e-6)


def test_certain_targets_have_finite_gradients():
    target = jnp.array(np.eye(C)[LABELS])
    loss, gradients = jax.value_and_grad(kl_divergence, (0, 1))(target, jnp.array(LOGITS))
    np.testing.assert_allclose(loss, cross_entropy(jnp.array(LOGITS), jnp.array(LABELS)), rtol=1e-5)
    assert all(jnp.isfinite(gradient).all() for gradient in gradients)
    nothing = np.array(target) == 0
    np.testing.assert_allclose(gradients[0][nothing], -np.log(P[nothing]) / B, rtol=1e-5)


@settings(max_examples=50, deadline=None)
@given(
    logits=hnp.arrays(np.float32, (B, C), elements=st.floats(-1e4, 1e4, width=32)),
    weights=hnp.arrays(np.float32, (B, C), elements=st.floats(0, 1, width=16)),
)
def test_kl_divergence_is_never_negative(logits, weights):
    target = weights + 1e-3 * (weights.sum(axis=1, keepdims=True) == 0)
    target /= target.sum(axis=1, keepdims=True)
    loss = kl_divergence(jnp.array(target), jnp.array(logits))
    assert jnp.isfinite(loss) and loss >= -1e-5
