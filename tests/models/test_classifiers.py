"""Pooling, which every classifier but RUL's shares, and the heads of SCN and RUL by hand."""

import jax
import jax.numpy as jnp
import numpy as np

from lanet_jax.models.classifiers import Embedding, ImportanceClassifier, global_average
from tests.models.flat import Flat


def test_features_are_the_mean_of_a_map_in_float32():
    features = global_average(jnp.arange(8.0, dtype=jnp.bfloat16).reshape(1, 2, 2, 2))
    np.testing.assert_array_equal(features, [[3.0, 4.0]])
    assert features.dtype == jnp.float32
    thirds = global_average(jnp.array([1, 1, 2], jnp.bfloat16).reshape(1, 3, 1, 1))
    np.testing.assert_allclose(thirds, 4 / 3, rtol=1e-6)


def test_importance_scales_the_logits():
    params = {
        "fc": {"kernel": jnp.array([[1.0, -1.0]]), "bias": jnp.array([0.0, 4.0])},
        "importance": {"kernel": jnp.array([[np.log(3.0)]]), "bias": jnp.zeros(1)},
    }
    images = jnp.array([1.0, -1.0]).reshape(2, 1, 1, 1)
    network = ImportanceClassifier(Flat(), 2)
    logits, _, importance = network.apply({"params": params}, images, False)
    np.testing.assert_allclose(importance, [0.75, 0.25], rtol=1e-6)
    np.testing.assert_allclose(logits, [[0.75, 2.25], [-0.25, 1.25]], rtol=1e-6)


def embedded(x, train):
    """What an embedding of one feature gives whose weights are all 1."""
    variables = jax.tree.map(jnp.ones_like, Embedding(1).init(jax.random.key(0), x, False))
    stats = {
        name: {"mean": jnp.zeros_like(norm["mean"]), "var": jnp.full_like(norm["var"], 1e-5)}
        for name, norm in variables["batch_stats"].items()
    }
    return Embedding(1).apply(
        {**variables, "batch_stats": stats},
        x,
        train,
        rngs={"dropout": jax.random.key(1)},
        mutable=["batch_stats"] if train else False,
    )


def test_an_embedding_normalises_with_ruls_epsilon_before_and_behind_its_layer():
    x = jnp.array([1.0, 2.0]).reshape(1, 1, 2, 1)
    first = np.array([1, 2]) / np.sqrt(1e-5 + 2e-5)
    expected = (first.sum() + 1) / np.sqrt(1e-5 + 2e-5) + 1
    np.testing.assert_allclose(embedded(x, False), [[expected]], rtol=1e-5)


def test_training_drops_two_fifths_of_the_map(monkeypatch):
    dropped = []
    real = jax.random.bernoulli
    monkeypatch.setattr(jax.random, "bernoulli", lambda *a, **k: dropped.append(k) or real(*a, **k))
    x = jnp.ones((4, 2, 2, 1))
    embedded(x, False)
    assert not dropped
    embedded(x, True)
    [asked] = dropped
    assert asked["p"] == 0.6  # is kept
