"""The baseline."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.methods.ce import CE
from lanet_jax.methods.method import Example
from lanet_jax.models.classifiers import Classifier
from lanet_jax.models.pure import apply
from lanet_jax.models.resnet import ResNet

B, C = 8, 7
KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default
METHOD = CE(Classifier(ResNet(width=4, stem="small"), C))
IMAGES = jnp.array(np.random.default_rng(0).normal(size=(B, 16, 16, 3)), jnp.float32)
LABELS = jnp.array([3, 0, 6, 3, 1, 1, 2, 5])
EXAMPLE = Example(IMAGES, LABELS)


@pytest.fixture(scope="module")
def initial():
    return METHOD.init(KEY, EXAMPLE)


@pytest.fixture(scope="module")
def stepped(initial):
    return METHOD.loss(*initial, {"image": IMAGES, "label": LABELS}, KEY)


def test_the_loss_is_the_cross_entropy_with_the_given_labels(initial, stepped):
    params, state = initial
    (logits, _, _), _ = apply(
        METHOD.expression, params["expression"], state["expression"], IMAGES, True
    )
    logits = np.array(logits, np.float64)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = -np.mean([np.log(p[i, LABELS[i]]) for i in range(B)])
    loss, (_, metrics) = stepped
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    assert metrics["ce"] == loss
    assert metrics["accuracy"] == np.mean(logits.argmax(axis=1) == np.array(LABELS))


def test_the_loss_is_the_cross_entropy_with_the_votes_where_a_batch_has_them(initial, stepped):
    batch = {"image": IMAGES, "label": LABELS, "votes": jax.nn.one_hot(LABELS, C)}
    one_hot, _ = METHOD.loss(*initial, batch, KEY)
    np.testing.assert_allclose(one_hot, stepped[0], rtol=1e-6)
    even, (_, metrics) = METHOD.loss(*initial, {**batch, "votes": jnp.full((B, C), 1 / C)}, KEY)
    params, state = initial
    (logits, _, _), _ = apply(
        METHOD.expression, params["expression"], state["expression"], IMAGES, True
    )
    np.testing.assert_allclose(even, -np.mean(jax.nn.log_softmax(logits)), rtol=1e-5)
    assert metrics["accuracy"] == stepped[1][1]["accuracy"]


def test_training_moves_the_running_statistics_and_predicting_reads_them(initial, stepped):
    params, before = initial
    _, (after, _) = stepped
    mean = lambda state: state["expression"]["backbone"]["bn1"]["mean"]  # noqa: E731
    assert jax.tree.structure(before) == jax.tree.structure(after)
    assert not np.allclose(mean(before), mean(after))
    logits, features = METHOD.predict(params, after, IMAGES)
    assert logits.shape == (B, C) and features.shape == (B, 32)
    # One image alone has the same answer: no statistics of the batch.
    alone, _ = METHOD.predict(params, after, IMAGES[1:2])
    np.testing.assert_allclose(alone[0], logits[1], atol=1e-5)
    assert not np.allclose(METHOD.predict(params, before, IMAGES)[0], logits)


def test_starts_from_pretrained_weights(initial):
    params, state = jax.tree.map(lambda x: x + 1, initial)
    backbone = params["expression"]["backbone"], state["expression"]["backbone"]
    started, stats = METHOD.init(KEY, EXAMPLE._replace(pretrained=backbone))
    equal = np.testing.assert_array_equal
    jax.tree.map(equal, started["expression"]["backbone"], backbone[0])
    jax.tree.map(equal, stats["expression"]["backbone"], backbone[1])
    jax.tree.map(equal, started["expression"]["fc"], initial[0]["expression"]["fc"])


def test_estimates_no_targets_and_keeps_only_the_network(initial):
    params, state = initial
    assert METHOD.targets(state) is None
    assert set(params) == set(state) == set(METHOD.specs()) == set(METHOD.inference)
