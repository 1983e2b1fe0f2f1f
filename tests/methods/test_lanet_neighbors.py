"""Where LA-Net looks for neighbours, and what these contribute."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.methods import lanet

KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default


@pytest.fixture
def outputs_of():
    def outputs(method, params, state, batch):
        branches = lanet.branches(params), lanet.branches(state)
        return lanet.apply(method.network, *branches, batch["image"], True)[0]

    return outputs


def test_records_without_landmarks_have_no_place_in_landmark_space(
    build, initial, batches, outputs_of
):
    """Their targets are of expression space alone; nobody's landmark neighbour is one of them."""
    method, batch = build(), batches[1]  # no record stands twice
    bare = {**batch, "present": batch["present"].at[2:5].set(False)}
    params, state = initial
    outputs = outputs_of(method, params, state, batch)
    spaces = method.neighborhoods(params, state, outputs, bare)
    records, exists = np.array(spaces["landmark"].records), np.array(spaces["landmark"].exists)
    assert not exists[2:5].any() and exists[:2].all() and exists[5:].all()
    assert not np.isin(records[exists], batch["id"][2:5]).any()
    d = method.distributions(spaces)
    np.testing.assert_allclose(d[2:5], spaces["expression"].mean[2:5], rtol=1e-6)
    both = (spaces["expression"].mean + spaces["landmark"].mean) / 2
    np.testing.assert_allclose(d[:2], both[:2], rtol=1e-6)


def test_geometry_makes_neighbours_of_equal_faces(build, example, batches, outputs_of):
    """Neighbours of the landmarks themselves, whatever the network sees."""
    method, batch = build(landmark_space="geometry", neighbors=1), batches[1]
    points = np.array(batch["landmarks"])
    points[1], points[6] = points[0], -points[0]
    batch = {**batch, "landmarks": jnp.array(points), "present": jnp.ones((8, 5), bool)}
    params, state = method.init(KEY, example)
    assert params["contribution"]["landmark"]["g1"]["kernel"].shape == (10, 5)
    outputs = outputs_of(method, params, state, batch)
    records = method.neighborhoods(params, state, outputs, batch)["landmark"].records
    assert records[0, 0] == batch["id"][1] and records[1, 0] == batch["id"][0]
    loss, _ = method.loss(params, state, batch, KEY)
    assert jnp.isfinite(loss)


def test_observed_labels_are_averaged_instead_of_predictions(build, initial, batches, outputs_of):
    method, batch = build(neighbor_labels="observed"), batches[1]  # no record stands twice
    outputs = outputs_of(method, *initial, batch)
    labels = np.array(batch["label"])
    given = dict(zip(np.array(batch["id"]).tolist(), labels.tolist(), strict=True))
    for space in method.neighborhoods(*initial, outputs, batch).values():
        near = np.vectorize(given.get)(np.array(space.records))
        wanted = np.eye(7)[near].mean(axis=1)
        exists = np.array(space.exists).all(axis=1)
        np.testing.assert_allclose(space.unweighted[exists], wanted[exists], atol=1e-6)
        np.testing.assert_array_equal(space.unweighted[~exists], np.eye(7)[labels[~exists]])


def test_neighbours_come_from_batches_before(build, example, batches, outputs_of):
    """The second batch finds the records of the first, with the features that they had there."""
    method = build(memory=16, neighbors=6)
    params, state = method.init(KEY, example)
    _, (after, _) = method.loss(params, state, batches[0], KEY)
    first, second = (set(np.array(batch["id"]).tolist()) for batch in batches)
    assert set(np.array(after["memory"].ids).ravel().tolist()) == first | {-1}
    u = outputs_of(method, params, state, batches[0]).expression
    np.testing.assert_allclose(after["memory"].features["expression"][0], u, rtol=1e-5)
    outputs = outputs_of(method, params, after, batches[1])
    found = method.neighborhoods(params, after, outputs, batches[1])["expression"]
    records = np.array(found.records)[np.array(found.exists)]
    assert set(records.tolist()) <= first | second
    assert set(records.tolist()) - second
    alone = method.neighborhoods(params, state, outputs, batches[1])["expression"]
    assert set(np.array(alone.records)[np.array(alone.exists)].tolist()) <= second


def test_steps_with_a_memory_are_those_without_while_it_is_empty(build, initial, example, batches):
    plain, method = build(), build(memory=16)
    params, state = method.init(KEY, example)
    jax.tree.map(np.testing.assert_array_equal, params, initial[0])
    one = plain.loss(*initial, batches[0], KEY)
    two = method.loss(params, state, batches[0], KEY)
    np.testing.assert_allclose(one[0], two[0], rtol=1e-6)
    np.testing.assert_allclose(one[1][0]["bank"], two[1][0]["bank"], atol=1e-6)
