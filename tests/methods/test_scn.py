"""SCN: the importance and its rank, labels that change at the turn of an epoch."""

import dataclasses
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import PartitionSpec as P

from lanet_jax.methods.scn import SCN, rank_regularization, relabel
from lanet_jax.models.classifiers import ImportanceClassifier
from lanet_jax.models.resnet import ResNet

KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default
# A margin that is not met from the start.
METHOD = SCN(ImportanceClassifier(ResNet(width=4, stem="small"), 7), margin=0.9)
STEPPED = dataclasses.replace(METHOD, relabel_epoch=1, relabel_margin=0.01)
GOLDEN = (2.960120, 2.857966, 2.669319)  # losses of three steps


@pytest.fixture(scope="module")
def initial(example):
    return jax.jit(METHOD.init)(KEY, example)


@pytest.fixture(scope="module")
def loss():
    return jax.jit(METHOD.loss)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def test_rank_regularization_by_hand():
    a = jnp.array([0.2, 0.9, 0.5, 0.6, 0.7, 0.55, 0.4, 0.65, 0.6, 0.6])
    # The seven: .9 .7 .65 .6 .6 .6 .55, mean 4.6 / 7; the three: .5 .4 .2, mean 1.1 / 3.
    between = 4.6 / 7 - 1.1 / 3
    np.testing.assert_allclose(rank_regularization(a, 0.7, 0.5), 0.5 - between, rtol=1e-5)
    assert rank_regularization(a, 0.7, 0.15) == 0
    gradient = jax.grad(rank_regularization)(a, 0.7, 0.5)
    np.testing.assert_allclose(gradient[jnp.array([0, 2, 6])], 1 / 3, rtol=1e-5)
    np.testing.assert_allclose(jnp.delete(gradient, jnp.array([0, 2, 6])), -1 / 7, rtol=1e-5)


def test_the_share_is_rounded_down():
    # int(0.7 * 8) = 5, as published; 5 against 3.
    a = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
    expected = 1 - (a[3:].mean() - a[:3].mean())
    np.testing.assert_allclose(rank_regularization(jnp.array(a), 0.7, 1.0), expected, rtol=1e-5)


def test_relabelling_by_hand():
    p = np.array(
        [[0.5, 0.4, 0.1], [0.5, 0.29, 0.21], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [0.2, 0.1, 0.7]]
    )
    current, coming = np.array([1, 1, 1, 0, 2]), np.array([2, 1, 1, 0, 0])
    # 0.1 is too little: what the epoch has decided so far stays. 0.21 is enough. The label is the
    # top class itself. 0.1. The label again, which does not undo an earlier change.
    found = relabel(jnp.log(p), jnp.arange(5), jnp.array(current), jnp.array(coming), 0.2)
    np.testing.assert_array_equal(found, [2, 0, 1, 0, 0])


def test_copies_are_judged_by_their_mean_in_any_order():
    rng = np.random.default_rng(0)
    ids, logits = np.array([4, 1, 4, 1, 7, 4]), rng.normal(size=(6, 3)) * 2
    current, coming = np.array([0, 2, 0, 2, 1, 0]), np.array([0, 2, 0, 2, 1, 0])
    p = softmax(logits)
    expected = {}
    for i, label in zip(ids, current, strict=True):
        mean = p[ids == i].mean(axis=0)
        expected[i] = mean.argmax() if mean.max() - mean[label] > 0.2 else label
    exceeds = p.max(axis=1) - p[np.arange(6), current] > 0.2
    alone = np.where(exceeds, p.argmax(axis=1), current).tolist()
    assert alone != [expected[i] for i in ids]  # the mean says something else than a copy
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(6)
        arguments = (jnp.array(x[order]) for x in (logits, ids, current, coming))
        found = relabel(*arguments, 0.2)
        np.testing.assert_array_equal(found, [expected[i] for i in ids[order]])


def test_the_loss_is_cross_entropy_of_scaled_logits_and_the_rank(initial, loss, batches):
    params, state = initial
    value, (_, metrics) = loss(params, state, batches[1], KEY)
    variables = {"params": params["expression"], "batch_stats": state["expression"]}
    (_, u, a), _ = METHOD.expression.apply(
        variables, batches[1]["image"], True, mutable=["batch_stats"]
    )
    u, weights = np.array(u, np.float64), params["expression"]
    scores, raw = (
        u @ weights[name]["kernel"] + weights[name]["bias"] for name in ("importance", "fc")
    )
    by_hand = 1 / (1 + np.exp(-scores))
    np.testing.assert_allclose(a, by_hand[:, 0], rtol=1e-5)
    p = softmax(by_hand * raw)
    ce = -np.mean([np.log(p[i, label]) for i, label in enumerate(batches[1]["label"])])
    order = np.sort(by_hand[:, 0])
    rank = 0.9 - (order[3:].mean() - order[:3].mean())
    assert rank > 0.1
    np.testing.assert_allclose([metrics["ce"], metrics["rank"]], [ce, rank], rtol=1e-4)
    np.testing.assert_allclose(value, ce + rank, rtol=1e-4)


def test_labels_change_at_the_turn_of_the_tenth_epoch(initial, loss, example, batches):
    """22 records make two steps an epoch; a network that is sure of class 5 whatever it sees."""
    params, state = initial
    head = params["expression"]["fc"]
    sure = {"kernel": head["kernel"], "bias": jnp.array([0, 0, 0, 0, 0, 1e3, 0.0])}
    params = {"expression": {**params["expression"], "fc": sure}}
    assert state["epoch_steps"] == 2
    seen = np.zeros(24, bool)
    state = {**state, "step": jnp.array(16)}
    for step, batch in zip(range(16, 21), [*batches, *batches, batches[0]], strict=True):
        before = state
        _, (state, metrics) = loss(params, state, batch, KEY)
        if step >= 18:  # the tenth epoch
            seen[batch["id"]] = True
        np.testing.assert_array_equal(state["next_labels"], np.where(seen, 5, example.labels))
        if step < 20:
            np.testing.assert_array_equal(state["labels"], example.labels)
            assert metrics["relabelled"] == 0
            continue
        np.testing.assert_array_equal(state["labels"], before["next_labels"])
        assert metrics["relabelled"] == np.mean(np.array(batch["label"]) != 5) > 0
        np.testing.assert_allclose(metrics["ce"], 0, atol=1e-5)  # the observed labels cost hundreds
    assert 8 < seen.sum() < 22


def test_given_labels_before_that(initial, loss, example, batches):
    params, state = initial
    for batch in batches:
        _, (state, _) = loss(params, state, batch, KEY)
    np.testing.assert_array_equal(state["next_labels"], example.labels)
    assert state["step"] == 2


def test_predicts_scaled_logits_one_image_at_a_time(initial, batches):
    params, state = initial
    images = batches[0]["image"]
    logits, u = METHOD.predict(params, state, images)
    weights = jax.tree.map(lambda x: np.array(x, np.float64), params["expression"])
    a = 1 / (1 + np.exp(-(u @ weights["importance"]["kernel"] + weights["importance"]["bias"])))
    np.testing.assert_allclose(
        logits, a * (u @ weights["fc"]["kernel"] + weights["fc"]["bias"]), atol=1e-5
    )
    np.testing.assert_allclose(
        METHOD.predict(params, state, images[1:2])[0][0], logits[1], atol=1e-5
    )


def test_its_state(initial):
    params, state = initial
    assert METHOD.targets(state) is None
    assert set(state) == set(METHOD.specs()) and set(params) == set(METHOD.inference)
    assert METHOD.specs()["labels"] == METHOD.specs()["next_labels"] == P("data")


def test_golden_steps(train):
    state, rows, _ = train(STEPPED, 1)
    assert [row["loss"] for row in rows] == pytest.approx(GOLDEN, rel=1e-3)
    assert (state.model_state["next_labels"] != np.arange(1008) % 7).sum() > 3


def test_eight_devices_agree_and_no_collective_grows_with_the_records(train, agree):
    agree(STEPPED)
    one, many = (train(STEPPED, devices) for devices in (1, 8))
    for name in ("labels", "next_labels", "step"):
        np.testing.assert_array_equal(many[0].model_state[name], one[0].model_state[name])
    collective = re.compile(r"= (.*?) (?:all-\w+|collective-permute|reduce-scatter)(?:-start)?\(")
    found = [
        m.group(1) for line in many[2].as_text().splitlines() if (m := collective.search(line))
    ]
    assert len(found) > 5
    shapes = [dims.split(",") for text in found for dims in re.findall(r"\[([\d,]*)\]", text)]
    assert not [shape for shape in shapes if {"1008", "126"} & set(shape)]
