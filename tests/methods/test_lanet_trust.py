"""Trust in LA-Net's loss, by hand from the bank and the targets of a step."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.methods import lanet

KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default
WEIGHTS = {"ce": 1.0, "lm": 1.0, "kl": 0.7, "el": 0.3}  # Eq. 14 with the weights of `build`


def test_trust_weighs_the_cross_entropy_alone(build, initial, batches):
    """By hand: the targets of a bank in the middle of training, and its class means."""
    params, state = initial
    bank = np.array(state["bank"]) * 0.2
    bank[:22] += np.random.default_rng(0).dirichlet(np.ones(7), 22) * 0.8
    state, batch = {**state, "bank": jnp.array(bank)}, batches[1]
    _, (plain, before) = build().loss(params, state, batch, KEY)
    loss, (after, metrics) = build(trust=2.0, trust_balance=0.5).loss(params, state, batch, KEY)
    np.testing.assert_array_equal(after["bank"], plain["bank"])
    target, labels = np.array(after["bank"])[batch["id"]], np.array(batch["label"])
    moved = target.mean(axis=0) - 0.9 * bank[batch["id"]].mean(axis=0)
    share = target / np.sqrt(0.9 * bank.sum(axis=0) / bank.sum() + moved)
    weights = (share[np.arange(8), labels] / share.max(axis=1)) ** 2
    assert 0 < weights.min() < 1
    outputs, _ = lanet.apply(
        build().network, lanet.branches(params), lanet.branches(state), batch["image"], True
    )
    ce = -np.array(jax.nn.log_softmax(outputs.logits))[np.arange(8), labels]
    assert metrics["ce"] == pytest.approx(np.mean(weights * ce), rel=1e-4)
    assert metrics["trust"] == pytest.approx(weights.mean(), rel=1e-4)
    assert before["ce"] == pytest.approx(ce.mean(), rel=1e-4)
    np.testing.assert_allclose(loss, sum(WEIGHTS[name] * metrics[name] for name in WEIGHTS), 1e-6)


def test_trust_knows_which_classes_the_sampler_prefers(build, initial, batches):
    """By hand: a sample stands for its class's share of the records, over its number here."""
    params, state = initial
    bank = np.array(state["bank"]) * 0.2
    bank[:22] += np.random.default_rng(0).dirichlet(np.ones(7), 22) * 0.8
    state, batch = {**state, "bank": jnp.array(bank)}, batches[1]
    shares = np.array([0.4, 0.25, 0.15, 0.1, 0.05, 0.03, 0.02])
    method = build(trust=1.0, trust_balance=1.0, label_shares=tuple(shares.tolist()))
    _, (after, metrics) = method.loss(params, state, batch, KEY)
    labels, before = np.array(batch["label"]), bank[batch["id"]]
    target = np.array(after["bank"])[batch["id"]]  # no record stands twice
    d = (target - 0.9 * before) / 0.1
    each = (shares / np.maximum(np.bincount(labels, minlength=7), 1))[labels]
    means = 0.9 * bank.sum(axis=0) / bank.sum() + 0.1 * np.average(d, 0, each)
    evidence = target / np.maximum(means, 1 / 22)
    weights = evidence[np.arange(8), labels] / evidence.max(axis=1)
    assert metrics["trust"] == pytest.approx(weights.mean(), rel=1e-4)
