"""Eq. 3 against its direct form, and how the scores learn."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.lde import bank, contribution, neighborhood
from lanet_jax.lde.memory import Candidates
from lanet_jax.ops.losses import kl_divergence

B, K, D, C = 6, 3, 8, 4
FEATURES = np.random.default_rng(0).normal(size=(B, D))
NEIGHBORS = np.array([[(i + k + 1) % B for k in range(K)] for i in range(B)])


@pytest.fixture(scope="module")
def params():
    return contribution.init(jax.random.key(0, impl="unsafe_rbg"), D)


def direct_score(params, x_i, x_j):
    """f([g1(x_i), g2(x_j)]) as the paper prints it."""

    def layer(name, x):
        return x @ np.array(params[name]["kernel"]) + np.array(params[name]["bias"])

    x = np.concatenate([layer("g1", x_i), layer("g2", x_j)])
    x = np.maximum(layer("f1", x), 0)
    x = np.maximum(layer("f2", x), 0)
    return layer("f3", x)[0]


def test_scores_are_the_concatenation_form(params):
    z = contribution.scores(params, jnp.array(FEATURES), jnp.array(NEIGHBORS))
    for i in range(B):
        for k in range(K):
            expected = direct_score(params, FEATURES[i], FEATURES[NEIGHBORS[i, k]])
            np.testing.assert_allclose(z[i, k], expected, atol=1e-5)


def test_scores_of_the_past_are_the_same(params):
    """The last three records are of the memory."""
    index, few = jnp.array(NEIGHBORS[:3]), jnp.array(FEATURES[:3])
    z = contribution.scores(params, few, index, jnp.array(FEATURES[3:]))
    whole = contribution.scores(params, jnp.array(FEATURES), jnp.array(NEIGHBORS))
    np.testing.assert_allclose(z, whole[:3], atol=1e-6)
    by_past = jax.grad(lambda past: contribution.scores(params, few, index, past).sum())
    assert (by_past(jnp.array(FEATURES[3:])) == 0).all()


def test_widths_are_those_of_the_published_code(params):
    shapes = {name: layer["kernel"].shape for name, layer in params.items()}
    assert shapes == {"g1": (8, 4), "g2": (8, 4), "f1": (8, 4), "f2": (4, 2), "f3": (2, 1)}
    assert all(layer["bias"].shape == layer["kernel"].shape[1:] for layer in params.values())


def test_no_two_layers_start_alike(params):
    for one, other in (("g1", "g2"), ("g1", "f1"), ("g2", "f1")):
        assert not np.isclose(params[one]["kernel"], params[other]["kernel"]).any()


def test_only_chosen_pairs_are_scored(params, traced_shapes):
    features, index = jnp.array(FEATURES), jnp.array(NEIGHBORS)
    gradient = jax.grad(lambda p: contribution.scores(p, features, index).sum())
    shapes = traced_shapes(gradient, params)
    # Nothing for all B x B pairs, and nothing wider than f's first hidden layer for the B x K ones.
    assert all(shape[:2] != (B, B) for shape in shapes)
    assert max(np.prod(shape) for shape in shapes) <= B * K * D // 2


def loss_of_scores(params, detach):
    """L_kl of a batch through Eq. 1 to 5."""
    rng = np.random.default_rng(1)
    features, ids = jnp.array(FEATURES), jnp.arange(B)
    logits = jnp.array(rng.normal(size=(B, C)))
    p = jax.nn.softmax(logits)
    d = neighborhood.find(params, Candidates(features, p, ids, None), None, K, True).mean
    target = bank.targets(bank.init(ids % C, C), ids, d, 0.9)
    return kl_divergence(jax.lax.stop_gradient(target) if detach else target, logits)


def test_the_score_networks_learn_through_the_target_only(params):
    learns = jax.grad(loss_of_scores)(params, False)
    detached = jax.grad(loss_of_scores)(params, True)
    for name in ("g1", "g2", "f1", "f2", "f3"):
        assert jnp.abs(learns[name]["kernel"]).max() > 0, name
        assert (detached[name]["kernel"] == 0).all(), name


def test_a_step_against_the_gradient_lowers_the_loss(params):
    gradient = jax.grad(loss_of_scores)(params, False)
    moved = jax.tree.map(lambda p, g: p - 1.0 * g, params, gradient)
    assert loss_of_scores(moved, False) < loss_of_scores(params, False)
