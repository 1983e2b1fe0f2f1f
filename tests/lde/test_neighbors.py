"""Eq. 1 and 2 against plain loops."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanet_jax.lde import neighbors
from lanet_jax.lde.memory import Candidates
from lanet_jax.lde.neighbors import cosine_similarity


def records(x, ids, known=None):
    return Candidates(x, jnp.zeros((len(x), 1)), jnp.asarray(ids), known)


def nearest_neighbors(x, ids, k, exclude, known=None, past=None):
    return neighbors.nearest_neighbors(records(x, ids, known), past, k, exclude)


def on_circle(degrees):
    radians = np.deg2rad(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1)


def test_similarity_is_eq_1():
    x = np.random.default_rng(0).normal(size=(5, 3))
    expected = np.zeros((5, 5))
    for i in range(5):
        for j in range(5):
            expected[i, j] = x[i] @ x[j] / (np.sqrt(x[i] @ x[i]) * np.sqrt(x[j] @ x[j]))
    np.testing.assert_allclose(cosine_similarity(jnp.array(x), jnp.array(x)), expected, atol=1e-6)


def test_similarity_of_a_zero_vector_is_zero():
    x = jnp.array([[0.0, 0.0], [3.0, 4.0]])
    similarity = cosine_similarity(x, x)
    np.testing.assert_allclose(similarity, [[0, 0], [0, 1]], atol=1e-6)


def test_nearest_first_by_angle_whatever_the_length():
    lengths = np.array([[1.0], [100.0], [0.01], [5.0], [1.0]])
    x = jnp.array(lengths * on_circle([0, 10, 25, 90, 180]))
    index, exists = nearest_neighbors(x, jnp.arange(5), 2, True)
    np.testing.assert_array_equal(index, [[1, 2], [0, 2], [1, 0], [2, 1], [3, 2]])
    assert exists.all()


@pytest.mark.parametrize(("exclude", "expected"), [(True, [2, 2, 1]), (False, [1, 0, 1])])
def test_copies_of_a_record_are_no_neighbours_unless_asked(exclude, expected):
    x = jnp.array(on_circle([0, 1, 50]))
    index, exists = nearest_neighbors(x, jnp.array([7, 7, 8]), 1, exclude)
    np.testing.assert_array_equal(index[:, 0], expected)
    assert exists.all()


@settings(max_examples=30, deadline=None)
@given(
    ids=st.lists(st.integers(0, 3), min_size=6, max_size=6),
    exclude=st.booleans(),
    seed=st.integers(0, 9),
)
def test_the_k_most_similar_of_those_allowed(ids, exclude, seed):
    k, x = 4, np.random.default_rng(seed).normal(size=(6, 3))
    index, exists = nearest_neighbors(jnp.array(x), jnp.array(ids), k, exclude)
    similarity = np.array(cosine_similarity(jnp.array(x), jnp.array(x)))
    for i in range(6):
        allowed = [j for j in range(6) if j != i and not (exclude and ids[j] == ids[i])]
        best = sorted(allowed, key=lambda j: -similarity[i, j])[:k]
        assert list(exists[i]) == [True] * len(best) + [False] * (k - len(best))
        assert list(index[i][: len(best)]) == best


def test_no_gradient_passes_through_the_selection():
    x = jnp.array(np.random.default_rng(0).normal(size=(5, 3)))

    def mean_of_neighbours(x, selection):
        index, exists = selection
        return jnp.sum(jnp.sin(x[index]) * exists[..., None])

    def selected_inside(x):
        return mean_of_neighbours(x, nearest_neighbors(x, jnp.arange(5), 2, True))

    constant = jax.tree.map(np.array, nearest_neighbors(x, jnp.arange(5), 2, True))
    inside = jax.grad(selected_inside)(x)
    np.testing.assert_array_equal(inside, jax.grad(mean_of_neighbours)(x, constant))


def test_a_zero_vector_does_not_poison_the_gradient():
    x = jnp.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])

    def loss(x):
        index, _ = nearest_neighbors(x, jnp.arange(3), 1, True)
        return jnp.sum(x[index] ** 2)

    assert jnp.isfinite(jax.grad(loss)(x)).all()


def test_who_has_no_place_has_no_neighbours_and_is_none():
    x = jnp.array([[1.0, 0], [1, 0.1], [0, 0], [1, 0.2]])
    known = jnp.array([True, True, False, True])
    index, exists = nearest_neighbors(x, jnp.arange(4), 3, True, known)
    np.testing.assert_array_equal(exists.sum(axis=1), [2, 2, 0, 2])
    for i in (0, 1, 3):
        assert set(np.array(index[i])[np.array(exists[i])]) == {0, 1, 3} - {i}


def test_only_the_batch_is_asked_but_the_past_may_answer():
    x = jnp.array(on_circle([0, 90, 80, 10, 5]))
    past = records(x[2:], [4, 5, -1])  # 4 was there before, and the last place is empty
    index, exists = nearest_neighbors(x[:2], [3, 4], 2, True, past=past)
    np.testing.assert_array_equal(index, [[3, 2], [3, 0]])
    assert exists.all()
    _, exists = nearest_neighbors(x[:2], [3, 4], 5, True, past=past)
    np.testing.assert_array_equal(exists.sum(axis=1), [3, 2])


def test_who_of_the_past_has_no_place_is_no_neighbour():
    x, known = jnp.array(on_circle([0, 90, 80, 10])), jnp.array([True, False])
    past = records(x[2:], [4, 5], known)
    index, exists = nearest_neighbors(x[:2], [0, 1], 3, True, jnp.array([True, False]), past)
    assert index[0, 0] == 2
    np.testing.assert_array_equal(exists, [[True, False, False], [False] * 3])
