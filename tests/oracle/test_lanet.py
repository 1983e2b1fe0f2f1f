"""LA-Net's losses, state and gradients in float64 against the plain transcription of conftest.py.

The networks are tables whose parameters are their outputs, so that the gradient goes from Eq. 14 to
every feature, logit and coordinate. Gradients are compared with central differences of the
transcription.
"""

import functools
import types

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.el.queue import Queue
from lanet_jax.methods.lanet import EL, LDE, LANet
from lanet_jax.models.two_branch import Outputs

B, C, L, N, E, S = 8, 5, 3, 20, 3, 2
WIDTHS = {"expression": 8, "landmark": 4}
IDS = [4, 0, 7, 19, 9, 11, 2, 13]
COPIES = [3, 3, 3, 5, 5, 1, 0, 2]
H = 1e-6  # step of the differences; their error is about 1e-9


class Table(nn.Module):
    """Stands for both networks: what it says of the batch is its parameters, whatever it sees."""

    landmark = types.SimpleNamespace(head="coordinates")

    def __call__(self, images, train):
        u, v = (self.variables["params"][space] for space in ("expression", "landmark"))
        return Outputs(u["logits"], u["features"], v["coordinates"], v["features"])


@pytest.fixture(autouse=True)
def double():
    with jax.enable_x64(True):
        yield


def layer(rng, inputs, outputs, scale=1.0):
    return {
        "kernel": scale * rng.normal(size=(inputs, outputs)) / np.sqrt(inputs),
        "bias": scale * 0.3 * rng.normal(size=outputs),
    }


def draw(seed):
    """Weights, momentum copy, bank, queue and batch of a step in the middle of training."""
    rng = np.random.default_rng(seed)

    def encoder():
        return {
            **{space: rng.normal(size=(B, width)) for space, width in WIDTHS.items()},
            "projection": {
                space: {"linear1": layer(rng, width, width), "linear2": layer(rng, width, E)}
                for space, width in WIDTHS.items()
            },
        }

    def scores(width):
        half, quarter = width // 2, width // 4
        shapes = {"g1": (width, half), "g2": (width, half), "f1": (2 * half, half)}
        shapes |= {"f2": (half, quarter), "f3": (quarter, 1)}
        net = {name: layer(rng, *shape) for name, shape in shapes.items()}
        net["f2"]["bias"] += 1.0  # few dead units
        return net

    weights = encoder() | {
        "logits": 2 * rng.normal(size=(B, C)),
        "coordinates": rng.uniform(size=(B, L, 2)),
        "contribution": {space: scores(width) for space, width in WIDTHS.items()},
    }
    keys = rng.normal(size=(2, S * B, E))
    keys /= np.linalg.norm(keys, axis=2, keepdims=True)
    stored = np.concatenate([rng.integers(0, C, B), -1 - np.array(IDS), rng.integers(0, C, B)])
    one_hot = np.eye(C)[rng.integers(0, C, N)]
    sure = rng.uniform(0.4, 1, (N, 1))
    return types.SimpleNamespace(
        weights=weights,
        copy=encoder(),
        bank=sure * one_hot + (1 - sure) * rng.dirichlet(np.ones(C), N),
        queue=list(zip(*keys, rng.permutation(stored)[: S * B].tolist(), strict=True)),
        batch={
            "id": np.array(IDS),
            "label": rng.integers(0, C, B, np.int32),
            "landmarks": rng.uniform(size=(B, L, 2)),
            "present": rng.uniform(size=(B, L)) < 0.7,
        },
        filled=S,
    )


def empty_queue(start):
    start.queue, start.filled = [], 0


def half_a_queue(start):
    start.queue, start.filled = start.queue[:B], 1


def copies(start):
    start.batch["id"] = np.array(COPIES)


def one_record(start):
    start.batch["id"] = np.full(B, 7)


def ties(start):
    """Corners of a cube, of norms that are powers of 2: products, and so ties, are exact."""
    rng = np.random.default_rng(5)
    for space, width in WIDTHS.items():
        corners = np.zeros((B, width))
        corners[:, :4] = rng.choice([-0.5, 0.5], (B, 4))
        corners[1], corners[5] = corners[0], corners[4]
        start.weights[space] = corners
    start.weights["logits"][1] = start.weights["logits"][0]


def tied_copies(start):
    ties(start)
    start.batch["id"] = np.array([6, 6, 2, 3, 8, 8, 8, 1])


def single_class(start):
    """One class is sure everywhere, so that no sample differs from another."""
    empty_queue(start)
    start.batch["label"] = np.zeros(B, np.int32)
    start.bank = 0.99 * np.eye(C)[np.zeros(N, int)] + 0.01 / C


def single_class_of_copies(start):
    single_class(start)
    copies(start)


def large_scores(start):
    for net in start.weights["contribution"].values():
        net["f3"]["kernel"] *= 60
        net["f3"]["bias"] -= 60


def no_landmarks(start):
    start.batch["present"][:] = False


def few_candidates(start):
    start.batch["id"] = np.array([6, 6, 6, 6, 6, 6, 2, 2])


def ambiguous(start):
    start.bank = np.random.default_rng(6).dirichlet(np.full(C, 9.0), N)


def ambiguous_empty(start):
    ambiguous(start)
    empty_queue(start)


def ambiguous_copies(start):
    ambiguous(start)
    copies(start)


CASES = {
    "plain": (None, {}),
    "half a queue": (half_a_queue, {}),
    "empty queue": (empty_queue, {}),
    "copies": (copies, {}),
    "one record": (one_record, {}),
    "fewer candidates than K": (few_candidates, {}),
    "ties": (ties, {}),
    "tied copies": (tied_copies, {}),
    "all ambiguous": (ambiguous, {}),
    "all ambiguous, empty queue": (ambiguous_empty, {}),
    "all ambiguous copies": (ambiguous_copies, {}),
    "single class": (single_class, {}),
    "single class of copies": (single_class_of_copies, {}),
    "large scores": (large_scores, {}),
    "no landmarks": (no_landmarks, {}),
    # Compiled anew for each of these.
    "one space, given labels": (copies, {"spaces": ("expression",), "pair_labels": "one_hot"}),
    "the published code's pairs": (
        copies,
        {"batch_negatives": False, "exclude_same_id": False},
    ),
}


def settings(equations, **changes):
    return equations.Settings(**{"alpha": 0.7, "beta": 0.3, **changes})


def method_of(s):
    spaces = {1: "expression", 2: "both"}[len(s.spaces)]
    return LANet(
        Table(),
        LDE(spaces, s.K, s.omega, s.exclude_same_id, False),
        EL(True, s.pair_labels, s.delta, s.tau, s.momentum, S * B, E, s.batch_negatives),
        s.alpha,
        s.beta,
    )


@functools.partial(
    jax.jit, static_argnums=0, compiler_options={"xla_llvm_disable_expensive_passes": True}
)
def value_and_gradient(method, *arguments):
    return jax.value_and_grad(method.loss, has_aux=True)(*arguments, None)


def ours(weights):
    """The transcription's weights as parameters of the method."""
    expression = {"features": weights["expression"]}
    landmark = {"features": weights["landmark"]}
    if "logits" in weights:
        expression["logits"] = weights["logits"]
        landmark["coordinates"] = weights["coordinates"]
    others = {name: weights[name] for name in ("contribution", "projection") if name in weights}
    return {"expression": expression, "landmark": landmark, **others}


def state_of(start):
    queue = [np.zeros((S, B, E)), np.zeros((S, B, E)), np.zeros((S, B), np.int32)]
    for place, entry in enumerate(start.queue):
        for array, value in zip(queue, entry, strict=True):
            array[divmod(place, B)] = value
    logits = {"logits": np.zeros((B, C))}
    momentum = ours(start.copy)
    momentum["expression"] |= logits
    momentum["landmark"] |= {"coordinates": np.zeros((B, L, 2))}
    return {
        "expression": {"steps": jnp.zeros(())},
        "landmark": {"steps": jnp.zeros(())},
        "bank": jnp.array(start.bank),
        "momentum": jax.tree.map(jnp.array, momentum),
        "queue": Queue(*map(jnp.array, queue), jnp.array(start.filled, jnp.int32)),
    }


def case(equations, name):
    change, changes = CASES[name]
    s = settings(equations, **changes)
    start = draw(sorted(CASES).index(name))
    if change:
        change(start)
    start.weights["contribution"] = {
        space: start.weights["contribution"][space] for space in s.spaces
    }
    return start, s


def theirs(params, names):
    """The inverse of `ours`: what of a method's tree the transcription calls by these names."""
    flat = {
        "expression": params["expression"]["features"],
        "logits": params["expression"]["logits"],
        "landmark": params["landmark"]["features"],
        "coordinates": params["landmark"]["coordinates"],
        "contribution": params.get("contribution"),
        "projection": params["projection"],
    }
    return {name: flat[name] for name in names}


def run(equations, start, s):
    """The step in plain numbers; the method's loss, state, metrics and gradient."""
    plain = equations.step(start.weights, start.copy, start.bank, start.queue, start.batch, s)
    batch = {"image": np.zeros((B, 1, 1, 3)), **start.batch}
    batch, params = jax.tree.map(jnp.array, (batch, ours(start.weights)))
    (loss, (state, metrics)), gradient = value_and_gradient(
        method_of(s), params, state_of(start), batch
    )
    assert loss.dtype == jnp.float64
    return plain, loss, state, metrics, theirs(gradient, start.weights)


def slope(equations, start, s, plain, along):
    """Central difference of Eq. 14 as the weights move along a direction."""

    def total(step):
        weights = jax.tree.map(lambda x, d: x + step * d, start.weights, along)
        fixed = plain["choice"], plain["keys"]
        return equations.step(weights, start.copy, start.bank, start.queue, start.batch, s, *fixed)[
            "total"
        ]

    return (total(H) - total(-H)) / (2 * H)


def close(found, wanted, name):
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=2e-8, err_msg=name)


@pytest.mark.parametrize("name", CASES)
def test_losses_state_and_slopes(equations, name):
    start, s = case(equations, name)
    plain, loss, state, metrics, gradient = run(equations, start, s)
    for part in ("ce", "lm", "kl", "el"):
        np.testing.assert_allclose(metrics[part], plain[part], rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(loss, plain["total"], rtol=1e-10)
    np.testing.assert_allclose(state["bank"], plain["bank"], atol=1e-14)
    moved = theirs(state["momentum"], plain["keys"])
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-14), moved, plain["keys"])
    slot = start.filled % S
    stored = (state["queue"].expression, state["queue"].landmark, state["queue"].labels)
    for array, wanted in zip(stored, zip(*plain["queue"][-B:], strict=True), strict=True):
        np.testing.assert_allclose(array[slot], wanted, atol=1e-12)
    if s.pair_labels == "pseudo":
        assert metrics["ambiguous"] == np.mean(np.array(plain["choice"].labels) < 0)

    rng = np.random.default_rng(1)
    leaves, structure = jax.tree.flatten(start.weights)
    gradients = jax.tree.leaves(gradient)
    assert all(np.isfinite(leaf).all() for leaf in gradients)
    paths = [jax.tree_util.keystr(path) for path, _ in jax.tree.leaves_with_path(start.weights)]
    for number, (path, leaf) in enumerate(zip(paths, gradients, strict=True)):
        along = [np.zeros_like(x) for x in leaves]
        along[number] = rng.normal(size=leaf.shape)
        wanted = slope(equations, start, s, plain, jax.tree.unflatten(structure, along))
        close(np.sum(leaf * along[number]), wanted, path)


@pytest.mark.parametrize("name", ["plain", "tied copies", "all ambiguous copies", "large scores"])
def test_every_weight_of_the_score_networks(equations, name):
    start, s = case(equations, name)
    plain, *_, gradient = run(equations, start, s)
    found = jax.tree.leaves(gradient["contribution"])
    assert max(np.abs(leaf).max() for leaf in found) > 1e-4
    leaves, structure = jax.tree.flatten(start.weights["contribution"])
    still = jax.tree.map(np.zeros_like, start.weights)
    for number, leaf in enumerate(found):
        for index in np.ndindex(leaf.shape):
            along = [np.zeros_like(x) for x in leaves]
            along[number][index] = 1
            direction = {**still, "contribution": jax.tree.unflatten(structure, along)}
            wanted = slope(equations, start, s, plain, direction)
            close(leaf[index], wanted, f"{number} {index}")


def test_the_cases_are_what_they_are_called(equations):
    def labels(name):
        start, s = case(equations, name)
        return np.array(equations.choose(start.weights, start.batch, start.bank, s).labels)

    assert 0 < np.mean(labels("plain") < 0) < 1 and len(set(labels("plain"))) > 3
    assert all((labels(name) < 0).all() for name in CASES if name.startswith("all ambiguous"))
    assert all(set(labels(name)) == {0} for name in CASES if name.startswith("single class"))
    start, _ = case(equations, "ties")
    for features in (start.weights["expression"], start.weights["landmark"]):
        assert all(len(set(row)) < B - 2 for row in features @ features.T)


@pytest.mark.parametrize("name", ["single class", "single class of copies"])
def test_without_any_negative_the_contrast_is_exactly_nothing(equations, name):
    start, s = case(equations, name)
    *_, metrics, gradient = run(equations, start, s)
    assert metrics["el"] == 0
    assert all((leaf == 0).all() for leaf in jax.tree.leaves(gradient["projection"]))
