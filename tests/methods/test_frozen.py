"""Frozen stages: nothing reaches them, everything starts on their map."""

import functools

import jax
import jax.extend.core
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from lanet_jax import state as state_lib
from lanet_jax.methods.ce import CE
from lanet_jax.methods.eac import EAC
from lanet_jax.methods.frozen import PART, Frozen, behind
from lanet_jax.methods.lanet import LANet
from lanet_jax.methods.method import Example
from lanet_jax.models import backbones
from lanet_jax.models.classifiers import Classifier
from lanet_jax.models.landmarks import LandmarkNet
from lanet_jax.models.two_branch import TwoBranch
from lanet_jax.train.step import train_step
from tests.lanet_settings import settings

B, C, L, SIDE = 4, 3, 5, 24
KEY = jax.random.key(0, impl="unsafe_rbg")
SETTINGS = {"width": 2, "depth": 18, "stem": "small", "blocks": 13}
EXAMPLE = Example(jnp.zeros((B, SIDE, SIDE, 3)), jnp.arange(8) % C)
RNG = np.random.default_rng(0)
BATCH = {
    "id": np.arange(B),
    "image": RNG.normal(size=(B, SIDE, SIDE, 3)).astype(np.float32),
    "mirrored": RNG.normal(size=(B, SIDE, SIDE, 3)).astype(np.float32),
    "label": np.arange(B) % C,
    "landmarks": RNG.uniform(size=(B, L, 2)).astype(np.float32),
    "present": np.ones((B, L), bool),
}


def build(name, family="face29", frozen=1):
    make = functools.partial(backbones.make, {"family": family, **SETTINGS})
    expression = Classifier(make(first_stage=frozen + 1), C)
    if name == "ce":
        method = CE(expression)
    elif name == "eac":
        method = EAC(expression, 5.0)
    elif name == "alone":  # without landmarks
        parts = settings(neighbors=2, memory=8, spaces="expression", enabled=False)
        method = LANet(TwoBranch(expression, None), *parts)
    else:
        landmark = LandmarkNet(make(first_stage=frozen + 1), "coordinates", L, 4)
        parts = settings(neighbors=2, queue_size=8, projection=4, alpha=0.7, beta=0.3)
        method = LANet(TwoBranch(expression, landmark), *parts)
    return Frozen(make(last_stage=frozen), method)


def equal(a, b):
    return jax.tree.structure(a) == jax.tree.structure(b) and all(
        np.array_equal(x, y) for x, y in zip(*map(jax.tree.leaves, (a, b)), strict=True)
    )


@pytest.mark.parametrize(
    ("name", "family"), [("ce", "face29"), ("lanet", "resnet"), ("alone", "face29")]
)
def test_steps_move_all_but_the_frozen_stages(name, family):
    method = build(name, family)
    optimizer = optax.chain(optax.add_decayed_weights(0.1), optax.adam(0.1))
    init = functools.partial(state_lib.init, method, optimizer)
    before = jax.jit(init)(KEY, EXAMPLE)
    step = jax.jit(functools.partial(train_step, method, optimizer, lambda key, batch: batch))
    after = before
    for _ in range(2):
        after, metrics = step(after, BATCH)
    assert np.isfinite(metrics["loss"])
    assert set(before.model_state[PART]["params"]) == {"conv1", "bn1", "layer1"}
    assert equal(before.model_state[PART], after.model_state[PART])
    moved = jax.tree.map(lambda x, y: not np.array_equal(x, y), before.params, after.params)
    assert all(jax.tree.leaves(moved["expression"]))
    statistics = (s.model_state["expression"]["backbone"] for s in (before, after))
    assert not any(jax.tree.leaves(jax.tree.map(np.array_equal, *statistics)))
    # Neither the optimizer nor a momentum copy knows of them.
    names = {
        part.key
        for tree in (after.params, after.opt_state, after.model_state.get("momentum"))
        for path, _ in jax.tree_util.tree_leaves_with_path(tree)
        for part in path
        if isinstance(part, jax.tree_util.DictKey)
    }
    assert "layer2" in names and not names & {"layer1", PART}


def convolutions_of(function, *args):
    """Shapes that convolutions take in, those of nested functions too."""
    found, jaxprs = [], [jax.make_jaxpr(function)(*args).jaxpr]
    while jaxprs:
        for equation in jaxprs.pop().eqns:
            if equation.primitive.name == "conv_general_dilated":
                found.append(equation.invars[0].aval.shape)
            jaxprs += jax.extend.core.jaxprs_in_params(equation.params)
    return found


def test_all_networks_of_a_step_start_on_one_map():
    method = build("lanet")
    params, state = jax.eval_shape(method.init, KEY, EXAMPLE)
    batch = {name: x for name, x in BATCH.items() if name != "mirrored"}
    seen = convolutions_of(lambda p, s, b: method.loss(p, s, b, KEY)[0], params, state, batch)
    assert seen.count((B, SIDE, SIDE, 3)) == 1
    # Six in the frozen stage itself; expression, landmark and both of their keys take its map.
    assert seen.count((B, 4, 4, 2)) == 6 + 4


def test_both_views_of_eac_pass_through_them():
    method = build("eac")
    params, state = jax.eval_shape(method.init, KEY, EXAMPLE)
    seen = convolutions_of(lambda p, s, b: method.loss(p, s, b, KEY)[0], params, state, BATCH)
    assert seen.count((B, SIDE, SIDE, 3)) == 2


@pytest.mark.parametrize("family", backbones.FAMILIES)
def test_pretrained_weights_are_shared_out(family):
    method = build("lanet", family, frozen=2)
    whole = backbones.make({"family": family, **SETTINGS})
    given = jax.tree.map(
        lambda x: RNG.uniform(0.5, 1, x.shape).astype(np.float32), backbones.shapes(whole, SIDE)
    )
    init = jax.jit(lambda given: method.init(KEY, EXAMPLE._replace(pretrained=given)))
    params, state = init(given)
    for kind, tree, part in (("params", params, given[0]), ("batch_stats", state, given[1])):
        frozen = state[PART][kind]
        convolution = {"conv1"} if kind == "params" else set()
        assert set(frozen) == {"bn1", "layer1", "layer2"} | convolution
        assert equal({**frozen, **tree["expression"]["backbone"]}, dict(part))
        assert equal(tree["landmark"]["trunk"], tree["expression"]["backbone"])


def test_a_prediction_is_that_of_the_whole_network():
    method = build("ce")
    params, state = jax.jit(method.init)(KEY, EXAMPLE)
    images = jnp.asarray(BATCH["image"])
    logits, features = jax.jit(method.predict)(params, state, images)
    whole = Classifier(backbones.make({"family": "face29", **SETTINGS}), C)
    merged = {
        kind: {
            **tree["expression"],
            "backbone": {**state[PART][kind], **tree["expression"]["backbone"]},
        }
        for kind, tree in (("params", params), ("batch_stats", state))
    }
    expected = jax.jit(lambda v, x: whole.apply(v, x, False))(merged, images)
    np.testing.assert_allclose(logits, expected[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(features, expected[1], rtol=1e-4, atol=1e-5)
    assert method.inference == ("expression", PART)
    assert set(method.specs()) == set(state)


def test_what_stands_behind():
    method = build("ce")
    trained, below = behind(method)
    assert trained is method.method and below == method.below
    plain = CE(Classifier(backbones.make({"family": "resnet", **SETTINGS}), C))
    trained, below = behind(plain)
    assert trained is plain and below({}, 3) == 3
