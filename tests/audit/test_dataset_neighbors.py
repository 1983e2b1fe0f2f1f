import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.audit import dataset_neighbors
from lanet_jax.lde import contribution

N, D, K = 9, 8, 3


@pytest.fixture
def features():
    return np.random.default_rng(0).normal(size=(N, D)).astype(np.float32)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(dataset_neighbors, "BLOCK", 4)


def _brute(features, among, k):
    unit = features / np.linalg.norm(features, axis=1, keepdims=True)
    similarity = unit @ unit.T
    np.fill_diagonal(similarity, -9)
    index = among[np.argsort(-similarity[:, among], axis=1)[:, :k]]
    return index, np.take_along_axis(similarity, index, axis=1)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("among", [np.arange(N), np.array([1, 2, 4, 8])])
def test_nearest_are_those_of_all_pairs(features, among):
    rows = np.array([8, 0, 3, 4, 1, 2])
    blocks = list(dataset_neighbors.nearest(features, rows, among, K))
    assert [len(index) for index, _ in blocks] == [4, 2]
    index, similarity = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    expected = _brute(features, among, K)
    np.testing.assert_array_equal(index, expected[0][rows])
    np.testing.assert_allclose(similarity, expected[1][rows], atol=1e-6)


@pytest.mark.usefixtures("small_blocks")
def test_votes_leave_the_own_label_out(features):
    given = np.arange(N) % 3
    # All others vote, so exactly the own label is missing: 3 of each class, less one.
    found = dataset_neighbors.vote(features, given, 3, np.arange(N), np.arange(N), 99)
    expected = (3 - np.eye(3)[given]) / 8
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.usefixtures("small_blocks")
def test_contributions_are_those_of_training(features):
    params = contribution.init(jax.random.key(0), D)
    index, _ = _brute(features, np.arange(N), K)
    z = contribution.scores(params, jnp.asarray(features), jnp.asarray(index))
    c = np.asarray(jax.nn.sigmoid(z))
    everywhere = np.ones_like(index, bool)
    found = dataset_neighbors.contributions(params, features, np.arange(N), index, everywhere)
    np.testing.assert_allclose(found, c / c.sum(axis=1, keepdims=True), rtol=1e-5)


def test_candidates_are_a_sample_where_there_are_too_many():
    assert dataset_neighbors.candidates(5, 5).tolist() == [0, 1, 2, 3, 4]
    some = dataset_neighbors.candidates(1000, 10)
    assert len(set(some)) == 10 and (np.diff(some) > 0).all() and some.max() > 100


def test_copies_do_not_vote_for_each_other():
    rng = np.random.default_rng(0)
    features, given = rng.normal(size=(6, 4)).repeat(2, axis=0), np.arange(12) % 3
    groups, everyone = np.arange(12) // 2, np.arange(12)
    found = dataset_neighbors.vote(features, given, 3, everyone, groups, 11)
    for row in range(12):
        others = given[groups != groups[row]]
        np.testing.assert_allclose(found[row], np.bincount(others, minlength=3) / 10, atol=1e-6)
    alone = dataset_neighbors.vote(features, given, 3, everyone, np.zeros(12, int), 5)
    np.testing.assert_array_equal(alone, 0)
    np.testing.assert_allclose(dataset_neighbors.together([alone]), 1 / 3)


def test_a_record_without_a_place_in_a_space_has_and_is_no_neighbor_there():
    features = np.zeros((5, D), np.float32)
    features[[0, 2, 3], :2] = [[1, 0], [1, 0.1], [1, 0.2]]
    given, everyone = np.array([0, 1, 2, 0, 1]), np.arange(5)
    [(index, similarity)] = dataset_neighbors.nearest(features, everyone, everyone, 3)
    assert np.isfinite(similarity).sum(axis=1).tolist() == [2, 0, 2, 2, 0]
    assert index[0, :2].tolist() == [2, 3]
    there = dataset_neighbors.vote(features, given, 3, everyone, everyone, 3)
    expected = [[0.5, 0, 0.5], [0, 0, 0], [1, 0, 0], [0.5, 0, 0.5], [0, 0, 0]]
    np.testing.assert_allclose(there, expected)
    elsewhere = np.eye(3)[[1, 1, 1, 1, 2]]
    expected = [[0.25, 0.5, 0.25], [0, 1, 0], [0.5, 0.5, 0], [0.25, 0.5, 0.25], [0, 0, 1]]
    np.testing.assert_allclose(dataset_neighbors.together([there, elsewhere]), expected)
    params = contribution.init(jax.random.key(0), D)
    exists = np.isfinite(similarity)
    weight = dataset_neighbors.contributions(params, features, everyone, index, exists)
    np.testing.assert_allclose(weight[[0, 2, 3]].sum(axis=1), 1, rtol=1e-6)
    assert (weight[[0, 2, 3], 2] == 0).all()
