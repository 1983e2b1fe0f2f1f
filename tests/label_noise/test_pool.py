import numpy as np
import pytest

from lanet_jax.label_noise import pool


def test_one_step_by_hand(monkeypatch):
    monkeypatch.setattr(pool, "_STEPS", 1)
    first = np.array([[0.9, 0.1], [0.2, 0.8]])
    second = np.array([[0.1, 0.9], [0.6, 0.4]])
    # Of label 0: .9 against .1; of label 1: .8 against .4.
    found = pool.weights([first, second], np.array([0, 1]))
    assert found == pytest.approx([(0.9 + 2 / 3) / 2, (0.1 + 1 / 3) / 2], abs=1e-5)


def test_a_witness_that_knows_nothing_earns_nothing():
    rng = np.random.default_rng(0)
    given = rng.integers(0, 4, 400)
    knows = 0.6 * np.eye(4)[given] + 0.1
    chance = rng.dirichlet(np.ones(4), 400)
    share = pool.weights([chance, knows], given)
    assert share.sum() == pytest.approx(1)
    assert share[1] > 0.95
    assert pool.weights([knows], given) == pytest.approx([1])


def test_witnesses_that_know_different_classes_share():
    given = np.arange(300) % 3
    one = np.where(given[:, None] == 0, [0.98, 0.01, 0.01], [0.02, 0.49, 0.49])
    two = np.where(given[:, None] == 0, [0.34, 0.33, 0.33], 0.97 * np.eye(3)[given] + 0.01)
    share = pool.weights([one, two], given)
    together = np.tensordot(share, np.stack([one, two]), axes=1)
    rows = np.arange(300)

    def likelihood(view):
        return np.log(view[rows, given]).mean()

    assert likelihood(together) > max(likelihood(one), likelihood(two))
    assert share.min() > 0.1


def test_the_weights_are_those_of_the_greatest_likelihood():
    # One gives every label 1/2, the other two of four 0.9 and two 0.2: the derivative of
    # log(.9 - .4 w) + log(.2 + .3 w) is 0 at w = .19 / .24.
    one, two = np.full((4, 2), 0.5), np.array([[0.9, 0.1], [0.2, 0.8]] * 2)
    found = pool.weights([one, two], np.zeros(4, int))
    assert found == pytest.approx([0.19 / 0.24, 0.05 / 0.24], abs=0.01)


def test_a_label_that_every_witness_rules_out_says_nothing_of_them():
    view = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert pool.weights([view, view], np.array([0, 1])) == pytest.approx([0.5, 0.5])
