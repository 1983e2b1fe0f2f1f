"""Eq. 8 and 9."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanet_jax.el.pairs import positives, pseudo_labels


def test_pseudo_labels_of_eq_8():
    targets = jnp.array([[0.1, 0.8, 0.1], [0.4, 0.3, 0.3], [0.71, 0.0, 0.29], [0.2, 0.2, 0.6]])
    labels = pseudo_labels(targets, jnp.array([5, 0, 3, 9]), 0.7)
    np.testing.assert_array_equal(labels, [1, -1, 0, -10])
    assert labels.dtype == jnp.int32


def test_a_target_at_the_threshold_is_ambiguous():
    labels = pseudo_labels(jnp.array([[0.75, 0.25], [0.76, 0.24]]), jnp.array([1, 2]), 0.75)
    np.testing.assert_array_equal(labels, [-2, 0])


@pytest.mark.parametrize(("threshold", "expected"), [(0.0, [1, 0]), (1.0, [-4, -5])])
def test_thresholds_at_the_ends(threshold, expected):
    labels = pseudo_labels(jnp.array([[0.4, 0.6], [1.0, 0.0]]), jnp.array([3, 4]), threshold)
    np.testing.assert_array_equal(labels, expected)


@settings(max_examples=30, deadline=None)
@given(ids=st.lists(st.integers(0, 3), min_size=6, max_size=6), seed=st.integers(0, 99))
def test_an_ambiguous_sample_equals_only_copies_of_its_image(ids, seed):
    targets = np.random.default_rng(seed).dirichlet(np.ones(3), size=6)
    labels = pseudo_labels(jnp.array(targets), jnp.array(ids), 0.6)
    matrix = np.array(positives(labels))
    confident = targets.max(axis=1) > 0.6
    for i in range(6):
        for j in range(6):
            if confident[i] and confident[j]:
                expected = targets[i].argmax() == targets[j].argmax()
            else:
                expected = confident[i] == confident[j] and ids[i] == ids[j]
            assert matrix[i, j] == expected


def test_positives_are_eq_9():
    """With the paper's -1, I(i) is {i} for ambiguous samples; ours need no such case."""
    paper = [2, -1, 0, 2, -1, 2]
    ours = jnp.array([2, -8, 0, 2, -3, 2])
    expected = np.zeros((6, 6), bool)
    for i in range(6):
        chosen = [j for j in range(6) if paper[j] == paper[i]] if paper[i] != -1 else [i]
        expected[i, chosen] = True
    np.testing.assert_array_equal(positives(ours), expected)
