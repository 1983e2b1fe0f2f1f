"""Trust against hand-computed weights."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lanet_jax.lde import bank, trust

TARGETS = np.array([[0.6, 0.3, 0.1], [0.6, 0.3, 0.1], [0.0, 0.0, 1.0]])
LABELS = np.array([0, 1, 2])
EVEN = np.full(3, 1 / 3)


def weights(power, balance, means=EVEN, targets=TARGETS, labels=LABELS, records=1_000):
    arrays = jnp.array(targets), jnp.array(labels), jnp.array(means)
    return trust.weights(*arrays, records, power=power, balance=balance)


@pytest.mark.parametrize(
    ("power", "expected"), [(1.0, [1, 0.5, 1]), (2.0, [1, 0.25, 1]), (0.5, [1, 0.5**0.5, 1])]
)
def test_the_target_of_the_label_over_the_largest(power, expected):
    np.testing.assert_allclose(weights(power, 0.0), expected, rtol=1e-6)


def test_balance_takes_the_classes_frequencies_out():
    means = np.array([0.8, 0.15, 0.05])
    # Shares: 0.75, 2, 2 for the first two records, so that class 1 is the most credible one.
    np.testing.assert_allclose(weights(1.0, 1.0, means), [0.375, 1, 1], rtol=1e-5)
    half = np.array([0.6, 0.3, 0.1]) / np.sqrt(means)
    np.testing.assert_allclose(weights(1.0, 0.5, means)[1], half[1] / half.max(), rtol=1e-5)


@given(
    hnp.arrays(np.float32, (4, 3), elements=st.floats(0.0625, 1, width=32)),
    st.floats(0.1, 4),
    st.floats(0, 1),
)
def test_weights_are_shares_and_one_at_the_start(targets, power, balance):
    labels = np.array([0, 1, 2, 0])
    means = targets.mean(axis=0) / targets.sum(axis=1).mean()
    found = np.array(weights(power, balance, means, targets, labels))
    assert ((found >= 0) & (found <= 1 + 1e-6)).all()
    start = weights(power, balance, means, np.eye(3)[labels], labels)
    np.testing.assert_allclose(start, 1, rtol=1e-6)


def test_no_gradient_passes():
    gradient = jax.grad(
        lambda t: jnp.sum(trust.weights(t, jnp.array(LABELS), jnp.array(EVEN), 9, 1.0, 0.5))
    )(jnp.array(TARGETS))
    assert (gradient == 0).all()


def test_a_class_that_no_label_names_does_not_take_the_trust_from_all_others():
    labels = jnp.array([0, 0, 1, 1])
    start = bank.init(labels, 3)
    seen = jnp.full((4, 3), 1 / 3)  # of a network that has learned nothing
    targets = bank.targets(start, jnp.arange(4), seen, 0.8)
    for balance in (0.0, 0.5, 1.0):
        means = bank.class_means(start, seen, 0.8)
        np.testing.assert_array_equal(trust.weights(targets, labels, means, 4, 1.0, balance), 1)
    assert jnp.isfinite(weights(1.0, 1.0, np.array([0.5, 0.5, 0.0]))).all()


def test_traces_of_a_class_do_not_outweigh_a_label():
    # A head that gives class 2 next to nothing, and this record ten times its mean of 1e-7.
    targets, means = np.array([[0.9, 0.1 - 1e-6, 1e-6]]), np.array([0.6, 0.4 - 1e-7, 1e-7])
    assert weights(1.0, 1.0, means, targets, np.array([0]), records=1_000) == pytest.approx(1)
    assert weights(1.0, 1.0, means, targets, np.array([0]), records=10**8) == pytest.approx(0.15)
