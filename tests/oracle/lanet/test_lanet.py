"""LA-Net in float64, losses, state and gradients, against the transcription of ../conftest.py.

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
from lanet_jax.lde.memory import Memory
from lanet_jax.methods.lanet import LANet
from lanet_jax.methods.lanet_settings import EL, LDE, LossWeights
from lanet_jax.models.two_branch import Outputs

B, C, L, E, S = 8, 5, 3, 3, 2  # of the cases in conftest.py
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


def method_of(s, past=()):
    spaces = {1: "expression", 2: "both"}[len(s.spaces)]
    return LANet(
        Table(),
        LDE(
            spaces=spaces,
            landmark_space="features",
            neighbors=s.K,
            memory=2 * B if past else 0,
            neighbor_labels=s.neighbor_labels,
            sharpness=s.sharpness,
            decay=s.omega,
            exclude_same_id=s.exclude_same_id,
            stop_gradient_neighbors=s.stop_gradient_neighbors,
        ),
        EL(
            enabled=True,
            pair_labels=s.pair_labels,
            threshold=s.delta,
            temperature=s.tau,
            momentum=s.momentum,
            queue_size=S * B,
            projection=E,
            batch_negatives=s.batch_negatives,
            hidden="features",
        ),
        LossWeights(s.alpha, s.beta, s.trust, s.trust_balance),
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
    return memory_of(start.past) | {
        "expression": {"steps": jnp.zeros(())},
        "landmark": {"steps": jnp.zeros(())},
        "bank": jnp.array(start.bank),
        "momentum": jax.tree.map(jnp.array, momentum),
        "queue": Queue(*map(jnp.array, queue), jnp.array(start.filled, jnp.int32)),
    }


def memory_of(past):
    """The past in the first of two slots; the second is empty."""
    if not past:
        return {}
    slots = lambda values: jnp.array([values, np.zeros_like(values)])  # noqa: E731
    features = {
        space: slots(np.array([getattr(one, space) for one in past]))
        for space in ("expression", "landmark")
    }
    labels, known = (np.array([getattr(one, name) for one in past]) for name in ("label", "known"))
    ids = jnp.array([[one.id for one in past], [-1] * B], jnp.int32)
    one = jnp.array(1, jnp.int32)
    return {"memory": Memory(features, slots(labels), ids, slots(known), one)}


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
    given = start.weights, start.copy, start.bank, start.queue, start.batch, s
    plain = equations.step(*given, past=start.past)
    batch = {"image": np.zeros((B, 1, 1, 3)), **start.batch}
    batch, params = jax.tree.map(jnp.array, (batch, ours(start.weights)))
    (loss, (state, metrics)), gradient = value_and_gradient(
        method_of(s, start.past), params, state_of(start), batch
    )
    assert loss.dtype == jnp.float64
    return plain, loss, state, metrics, theirs(gradient, start.weights)


def slope(equations, start, s, plain, along):
    """Central difference of Eq. 14 as the weights move along a direction."""

    def total(step):
        weights = jax.tree.map(lambda x, d: x + step * d, start.weights, along)
        fixed = plain["choice"], plain["keys"], start.past
        return equations.step(weights, start.copy, start.bank, start.queue, start.batch, s, *fixed)[
            "total"
        ]

    return (total(H) - total(-H)) / (2 * H)


def close(found, wanted, name):
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=2e-8, err_msg=name)


def test_losses_state_and_slopes(equations, any_case):
    start, s = any_case
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
    if start.past:
        now = state["memory"]
        np.testing.assert_array_equal(now.ids[1], start.batch["id"])
        assert (now.ids[0] == -1).sum() == sum(o.id in start.batch["id"] for o in start.past) > 0
        for space in ("expression", "landmark"):
            np.testing.assert_array_equal(now.features[space][1], start.weights[space])
        np.testing.assert_array_equal(now.known[1], start.batch["present"].any(axis=1))
        observed = np.eye(C)[start.batch["label"]], plain["choice"].p
        wanted = observed[s.neighbor_labels == "predicted"]
        np.testing.assert_allclose(now.labels[1], wanted, atol=1e-14)
    if s.trust:
        assert min(plain["choice"].trust) < 0.9
        np.testing.assert_allclose(metrics["trust"], np.mean(plain["choice"].trust), rtol=1e-10)

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
def test_every_weight_of_the_score_networks(equations, case, name):
    start, s = case(name)
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


def test_the_cases_are_what_they_are_called(equations, case, names):
    def labels(name):
        start, s = case(name)
        return np.array(equations.choose(start.weights, start.batch, start.bank, s).labels)

    assert 0 < np.mean(labels("plain") < 0) < 1 and len(set(labels("plain"))) > 3
    assert all((labels(name) < 0).all() for name in names if name.startswith("all ambiguous"))
    assert all(set(labels(name)) == {0} for name in names if name.startswith("single class"))
    start, _ = case("ties")
    for features in (start.weights["expression"], start.weights["landmark"]):
        assert all(len(set(row)) < B - 2 for row in features @ features.T)


@pytest.mark.parametrize("name", ["single class", "single class of copies"])
def test_without_any_negative_the_contrast_is_exactly_nothing(equations, case, name):
    start, s = case(name)
    *_, metrics, gradient = run(equations, start, s)
    assert metrics["el"] == 0
    assert all((leaf == 0).all() for leaf in jax.tree.leaves(gradient["projection"]))
