"""Two steps of LA-Net against Eq. 1 to 14 in plain loops, from the networks' outputs on."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.models.resnet import apply

B, C, K = 8, 7, 3
OMEGA, TAU, DELTA, MOMENTUM, ALPHA, BETA = 0.9, 0.1, 0.7, 0.5, 0.7, 0.3
SPACES = ("expression", "landmark")


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def linear(layer, x):
    return x @ layer["kernel"] + layer["bias"]


def network(method, params, state, images):
    names = ("expression", "landmark")
    params, stats = ({name: tree[name] for name in names} for tree in (params, state))
    outputs, _ = apply(method.network, params, stats, images, True)
    return jax.tree.map(lambda x: np.array(x, np.float64), outputs)


def contribution(net, x_i, x_j):
    """Eq. 3."""
    x = np.concatenate([linear(net["g1"], x_i), linear(net["g2"], x_j)])
    x = np.maximum(linear(net["f2"], np.maximum(linear(net["f1"], x), 0)), 0)
    return 1 / (1 + np.exp(-linear(net["f3"], x)[0]))


def distribution(net, features, p, ids, i):
    """One space's term of Eq. 4, over the neighbours of Eq. 1 and 2."""
    lengths = np.linalg.norm(features, axis=1)
    similarity = features @ features[i] / lengths / lengths[i]
    others = [j for j in range(B) if ids[j] != ids[i]]
    nearest = sorted(others, key=lambda j: -similarity[j])[:K]
    c = {j: contribution(net, features[i], features[j]) for j in nearest}
    return sum(c[j] * p[j] for j in nearest) / sum(c.values())


def project(net, x):
    """Eq. 10; the length is 1 so that a product is the cosine."""
    x = linear(net["linear2"], np.maximum(linear(net["linear1"], x), 0))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def contrast(queries, keys, labels, stored):
    """Eq. 11 or 12; negatives come from the batch and from the queue."""
    total = 0.0
    for i in range(B):
        positive = [j for j in range(B) if labels[j] == labels[i]]
        negative = [keys[j] for j in range(B) if labels[j] != labels[i]]
        negative += [key for key, label in stored if label != labels[i]]
        below = sum(np.exp(queries[i] @ key / TAU) for key in negative)
        for j in positive:
            e = np.exp(queries[i] @ keys[j] / TAU)
            total -= np.log(e / (e + below)) / len(positive) / B
    return total


def plain_step(method, params, carried, batch):
    """The whole loss of a step. `carried`: bank, momentum copy, stored keys and their labels."""
    outputs = network(method, params, carried["stats"], batch["image"])
    weights = jax.tree.map(lambda x: np.array(x, np.float64), params)
    ids, labels = np.array(batch["id"]), np.array(batch["label"])
    p = softmax(outputs.logits)
    target = np.zeros((B, C))
    for i in range(B):
        d = [
            distribution(weights["contribution"][s], getattr(outputs, s), p, ids, i) for s in SPACES
        ]
        target[i] = OMEGA * carried["bank"][ids[i]] + (1 - OMEGA) * (d[0] + d[1]) / 2  # Eq. 4, 5
    for i in set(ids):
        carried["bank"][i] = target[ids == i].mean(axis=0)
    pseudo = [  # Eq. 8
        int(row.argmax()) if row.max() > DELTA else -1 - int(i)
        for i, row in zip(ids, target, strict=True)
    ]
    copy = carried["momentum"]
    moved = jax.tree.map(
        lambda k, q: MOMENTUM * k + (1 - MOMENTUM) * q, copy, {name: params[name] for name in copy}
    )
    seen = network(method, moved, carried["stats"], batch["image"])
    q = [project(weights["projection"][s], getattr(outputs, s)) for s in SPACES]
    moved_weights = jax.tree.map(lambda x: np.array(x, np.float64), moved["projection"])
    k = [project(moved_weights[s], getattr(seen, s)) for s in SPACES]
    stored = [[(keys[s], label) for *keys, label in carried["queue"]] for s in (0, 1)]
    present = np.array(batch["present"])
    losses = {
        "ce": -np.mean(np.log(p[np.arange(B), labels])),
        "lm": np.mean((outputs.landmarks - np.array(batch["landmarks"]))[present] ** 2),
        "kl": np.mean(np.sum(target * np.log(target / p), axis=1)),
        "el": contrast(q[0], k[1], pseudo, stored[1]) + contrast(q[1], k[0], pseudo, stored[0]),
        "ambiguous": np.mean([label < 0 for label in pseudo]),
    }
    carried["queue"] = [*carried["queue"], *zip(k[0], k[1], pseudo, strict=True)]
    carried["momentum"] = moved
    total = losses["ce"] + losses["lm"] + ALPHA * losses["kl"] + BETA * losses["el"]  # Eq. 14
    return {"total": total, **losses}


@pytest.fixture(scope="module")
def method(build):
    return build(momentum=MOMENTUM, alpha=ALPHA, beta=BETA)


def test_two_steps(method, initial, batches):
    params, state = initial
    # A bank in the middle of training, so that some samples are ambiguous and some are not.
    rng = np.random.default_rng(2)
    start = 0.7 * np.eye(C)[rng.integers(0, C, 24)] + 0.3 * rng.dirichlet(np.ones(C), 24)
    state = {**state, "bank": jnp.array(start, jnp.float32)}
    carried = {"bank": start, "momentum": state["momentum"], "queue": [], "stats": state}
    ambiguous = set()
    for batch in batches:
        expected = plain_step(method, params, carried, batch)
        loss, (state, metrics) = method.loss(params, state, batch, jax.random.key(0))
        for name in ("ce", "lm", "kl", "el", "ambiguous"):
            np.testing.assert_allclose(metrics[name], expected[name], rtol=2e-4, err_msg=name)
        np.testing.assert_allclose(loss, expected["total"], rtol=2e-4)
        np.testing.assert_allclose(state["bank"], carried["bank"], atol=1e-5)
        stored = [np.array(x) for x in (state["queue"].expression, state["queue"].landmark)]
        for place, (*keys, label) in enumerate(carried["queue"]):
            slot = divmod(place, B)
            assert state["queue"].labels[slot] == label
            for space in (0, 1):
                np.testing.assert_allclose(stored[space][slot], keys[space], atol=1e-4)
        jax.tree.map(
            lambda a, b: np.testing.assert_allclose(a, b, atol=1e-6),
            dict(state["momentum"]),
            dict(carried["momentum"]),
        )
        ambiguous.add(float(metrics["ambiguous"]))
        # The optimizer's part: the copy then lags behind.
        params = jax.tree.map(lambda x: x + 0.05 * rng.normal(size=x.shape).astype("f4"), params)
    assert any(0 < share < 1 for share in ambiguous)
