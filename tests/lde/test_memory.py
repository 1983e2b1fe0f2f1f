"""The memory: a ring of batches that knows each record once, and who of it may be a neighbour."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.lde import memory
from lanet_jax.lde.memory import Candidates
from lanet_jax.lde.neighborhood import find

B, C, D = 2, 3, 2
SCORES = {"g1": (D, 1), "g2": (D, 1), "f1": (2, 1), "f2": (1, 1), "f3": (1, 1)}


@pytest.fixture
def empty():
    return memory.init(4, B, {"expression": D, "landmark": 1}, C)


def add(past, ids, known=(True, True)):
    """Remembers records whose features and labels say their number."""
    ids = jnp.array(ids, jnp.int32)
    features = {"expression": jnp.stack([ids, -ids], 1) + 0.5, "landmark": ids[:, None] + 0.25}
    return memory.update(past, features, jax.nn.one_hot(ids % C, C), ids, jnp.array(known))


def test_an_empty_memory_knows_nobody(empty):
    assert (empty.ids == -1).all() and empty.ids.shape == (2, B)
    assert empty.features["expression"].shape == (2, B, D)
    assert empty.features["landmark"].shape == (2, B, 1)
    assert not empty.known.any()


def test_the_oldest_batch_goes_first(empty):
    past = add(add(empty, [4, 5]), [6, 7], [True, False])
    np.testing.assert_array_equal(past.ids, [[4, 5], [6, 7]])
    past = add(past, [8, 9])
    np.testing.assert_array_equal(past.ids, [[8, 9], [6, 7]])
    np.testing.assert_array_equal(past.features["expression"][0], [[8.5, -7.5], [9.5, -8.5]])
    np.testing.assert_array_equal(past.features["landmark"][1], [[6.25], [7.25]])
    np.testing.assert_array_equal(past.labels[1], np.eye(C)[[0, 1]])
    np.testing.assert_array_equal(past.known, [[True, True], [True, False]])
    assert past.batches == 3


def test_a_record_is_known_once_as_it_was_last_seen(empty):
    past = add(add(empty, [4, 5]), [5, 6])
    np.testing.assert_array_equal(past.ids, [[4, -1], [5, 6]])
    past = add(past, [7, 7])  # as balanced sampling repeats rare records
    np.testing.assert_array_equal(past.ids, [[7, -1], [5, 6]])
    np.testing.assert_array_equal(add(past, [7, 5]).ids, [[-1, -1], [7, 5]])


def batch(ids, known=None):
    ids = jnp.array(ids, jnp.int32)
    labels = jax.nn.one_hot(jnp.zeros_like(ids), C)
    return Candidates(jnp.ones((B, D)) * ids[:, None], labels, ids, known)


def test_others_are_those_who_are_not_in_the_batch(empty):
    features, labels, ids, known = memory.others(add(empty, [1, 5]), "expression", batch([1, 2]))
    np.testing.assert_array_equal(ids, [-1, 5, -1, -1])
    np.testing.assert_array_equal(features[:2], [[1.5, -0.5], [5.5, -4.5]])
    np.testing.assert_array_equal(labels[:2], np.eye(C)[[1, 2]])
    assert known is None
    own = batch([1, 2], jnp.array([True, False]))
    known = memory.others(add(empty, [4, 5], [False, True]), "expression", own).known
    np.testing.assert_array_equal(known, [False, True, False, False])


def test_what_belongs_to_neighbours_of_both(empty):
    own, past = jnp.arange(2.0)[:, None], 10 + jnp.arange(3.0)[:, None]
    index = jnp.array([[4, 0], [1, 2]])
    np.testing.assert_array_equal(memory.taken(own, past, index)[..., 0], [[12, 0], [1, 10]])
    np.testing.assert_array_equal(memory.taken(own[:, 0], past[:, 0], index), [[12, 0], [1, 10]])
    np.testing.assert_array_equal(memory.taken(own, None, index % 2)[..., 0], [[0, 0], [1, 0]])
    by_own, by_past = jax.grad(lambda *x: memory.taken(*x, index).sum(), (0, 1))(own, past)
    np.testing.assert_array_equal(by_own, [[1], [1]])
    assert (by_past == 0).all()


def test_neighbours_come_from_the_memory_and_never_from_empty_places(empty):
    """By hand: of record 2, whose features are (2, 2), record 10 is the most similar."""
    past = add(empty, [1, 10])
    past = past.replace(features={"expression": jnp.array([[[1.0, -1], [3, 2.9]], [[0, 0]] * 2])})
    own = batch([1, 2])._replace(features=jnp.array([[1.0, 0], [2, 2]]))
    params = {name: {"kernel": jnp.zeros(s), "bias": jnp.zeros(s[1])} for name, s in SCORES.items()}
    found = find(params, own, memory.others(past, "expression", own), 5, True)
    np.testing.assert_array_equal(found.exists, [[True] * 2 + [False] * 3] * 2)
    np.testing.assert_array_equal(found.records[:, :2], [[10, 2], [10, 1]])
    np.testing.assert_allclose(found.mean, [[0.5, 0.5, 0]] * 2, atol=1e-6)
    np.testing.assert_allclose(found.shares, [[0.5, 0.5, 0, 0, 0]] * 2, atol=1e-6)


def test_no_record_is_its_own_neighbour_as_it_was(empty):
    """Whether or not copies in a batch may be neighbours of each other."""
    params = {name: {"kernel": jnp.zeros(s), "bias": jnp.zeros(s[1])} for name, s in SCORES.items()}
    own, past = batch([1, 2]), add(empty, [1, 7])
    for exclude_same_id in (False, True):
        found = find(params, own, memory.others(past, "expression", own), 2, exclude_same_id)
        np.testing.assert_array_equal(np.sort(found.records), [[2, 7], [1, 7]])
        assert found.exists.all()


def test_no_gradient_reaches_the_memory(empty):
    def kept(x):
        features = {"expression": x, "landmark": x[:, :1]}
        after = memory.update(empty, features, x[:, :1] * jnp.ones(C), jnp.arange(B), x[:, 0] > 0)
        return jnp.sum(after.features["expression"]) + jnp.sum(after.labels)

    assert kept(jnp.ones((B, D))) == 4 + 6
    assert (jax.grad(kept)(jnp.ones((B, D))) == 0).all()
