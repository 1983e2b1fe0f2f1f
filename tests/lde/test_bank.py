"""Eq. 5 and what is written back."""

import jax
import jax.numpy as jnp
import numpy as np

from lanet_jax.lde import bank

N, C = 6, 3
RNG = np.random.default_rng(0)


def test_starts_at_the_given_labels_and_padding_is_zero():
    expected = [[0, 0, 1], [1, 0, 0], [0, 1, 0], [0, 0, 0]]
    np.testing.assert_array_equal(bank.init(jnp.array([2, 0, 1, -1]), C), expected)


def test_targets_are_eq_5():
    before, d = RNG.dirichlet(np.ones(C), size=(2, N))
    ids = np.array([4, 0, 5])
    target = bank.targets(jnp.array(before), jnp.array(ids), jnp.array(d[:3]), 0.9)
    for row, i in enumerate(ids):
        np.testing.assert_allclose(target[row], 0.9 * before[i] + 0.1 * d[row], atol=1e-6)
    np.testing.assert_allclose(target.sum(axis=1), 1, atol=1e-6)


def test_the_gradient_flows_through_this_steps_distribution():
    start, ids = bank.init(jnp.arange(N) % C, C), jnp.array([1, 2])
    gradient = jax.grad(lambda d: bank.targets(start, ids, d, 0.9).sum())(jnp.zeros((2, C)))
    np.testing.assert_allclose(gradient, np.full((2, C), 0.1), atol=1e-7)


def test_writes_its_rows_and_no_other():
    start, values = RNG.dirichlet(np.ones(C), size=(2, N))
    ids = np.array([4, 0])
    updated = np.array(bank.update(jnp.array(start), jnp.array(ids), jnp.array(values[:2])))
    np.testing.assert_allclose(updated[ids], values[:2], atol=1e-7)
    np.testing.assert_array_equal(np.delete(updated, ids, 0), np.float32(np.delete(start, ids, 0)))


def test_copies_of_a_record_write_their_mean_in_any_order():
    start, ids = bank.init(jnp.zeros(N, jnp.int32), C), np.array([2, 5, 2, 0, 2])
    values = RNG.dirichlet(np.ones(C), size=5)
    updated = bank.update(start, jnp.array(ids), jnp.array(values))
    np.testing.assert_allclose(updated[2], values[[0, 2, 4]].mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(updated[5], values[1], atol=1e-6)
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(5)
        again = bank.update(start, jnp.array(ids[order]), jnp.array(values[order]))
        np.testing.assert_allclose(again, updated, atol=1e-6)


def test_no_gradient_flows_into_the_bank():
    start, ids = bank.init(jnp.arange(N) % C, C), jnp.array([1, 1, 3])
    gradient = jax.grad(lambda v: (bank.update(start, ids, v) ** 2).sum())(jnp.ones((3, C)))
    assert (gradient == 0).all()


def test_rows_keep_summing_to_one_over_many_visits():
    running, ids = bank.init(jnp.arange(N) % C, C), jnp.array([0, 1, 1, 4])
    for d in RNG.dirichlet(np.ones(C), size=(100, 4)):
        target = bank.targets(running, ids, jnp.array(d), 0.9)
        running = bank.update(running, ids, target)
    np.testing.assert_allclose(running.sum(axis=1), 1, atol=1e-5)


def test_class_means_are_of_the_targets_and_padding_counts_for_nothing():
    start = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 0]])
    d = np.array([[0.5, 0.3, 0.2], [0.1, 0.5, 0.4]])
    found = bank.class_means(jnp.array(start, jnp.float32), jnp.array(d), 0.9)
    np.testing.assert_allclose(found, [0.45 + 0.03, 0.45 + 0.04, 0.03], rtol=1e-6)


def test_a_sampler_that_prefers_a_class_does_not_move_the_class_means():
    # 90% of the labels are 0, and half of the batch: three of class 0 stand for 0.9, three for 0.1.
    shares, labels = (0.9, 0.1, 0.0), jnp.array([0, 1, 1, 0, 0, 1])
    each = bank.stands_for(labels, shares)
    np.testing.assert_allclose(each, [0.3, 0.1 / 3, 0.1 / 3, 0.3, 0.3, 0.1 / 3], rtol=1e-6)
    start = jnp.array([[1.0, 0, 0]] * 9 + [[0, 1.0, 0]])
    found = bank.class_means(start, jax.nn.one_hot(labels, 3), 0.6, each)
    np.testing.assert_allclose(found, shares, rtol=1e-6)
    assert bank.stands_for(labels, ()) is None
