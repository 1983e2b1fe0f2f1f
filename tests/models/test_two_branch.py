"""The two networks together."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.models.classifiers import Classifier
from lanet_jax.models.landmarks import LandmarkNet
from lanet_jax.models.resnet import ResNet
from lanet_jax.models.two_branch import TwoBranch, start_from_backbone

B, L, C, WIDTH = 8, 5, 7, 4
KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default
IMAGES = jnp.array(np.random.default_rng(0).normal(size=(B, 16, 16, 3)), jnp.float32)
HEADS, TRUNKS = ("coordinates", "heatmap"), ("separate", "shared_stem")


def build(head, trunk):
    first_stage = 2 if trunk == "shared_stem" else 1
    return TwoBranch(
        Classifier(ResNet(width=WIDTH, stem="small"), C),
        LandmarkNet(ResNet(width=WIDTH, stem="small", first_stage=first_stage), head, L, 4),
    )


def variables_of(network):
    return network.init(KEY, IMAGES, False)


def gradient_to_expression(network, variables, output):
    """How an output depends on the parameters of the expression network."""

    def total(expression):
        params = {**variables["params"], "expression": expression}
        out = network.apply({**variables, "params": params}, IMAGES, False)
        return jnp.sum(getattr(out, output) ** 2)

    gradient = jax.grad(total)(variables["params"]["expression"])
    return {
        name: max(jnp.abs(leaf).max() for leaf in jax.tree.leaves(tree))
        for name, tree in {**gradient["backbone"], "fc": gradient["fc"]}.items()
    }


@pytest.mark.parametrize("trunk", TRUNKS)
@pytest.mark.parametrize("head", HEADS)
def test_shapes(head, trunk):
    network = build(head, trunk)
    out = jax.eval_shape(lambda: network.init_with_output(KEY, IMAGES, False))[0]
    assert out.logits.shape == (B, C)
    assert out.expression.shape == (B, 8 * WIDTH)
    assert out.landmarks.shape == {"coordinates": (B, L, 2), "heatmap": (B, 8, 8, L)}[head]
    assert out.landmark.shape == (B, {"coordinates": 8 * WIDTH, "heatmap": 4}[head])


def test_separate_trunks_share_nothing():
    network = build("coordinates", "separate")
    variables = variables_of(network)
    branches = variables["params"]
    assert set(branches["landmark"]["trunk"]) == set(branches["expression"]["backbone"])
    assert not any(gradient_to_expression(network, variables, "landmarks").values())


@pytest.mark.parametrize("head", HEADS)
def test_a_shared_stem_stands_once_and_learns_from_both_losses(head):
    network = build(head, "shared_stem")
    variables = variables_of(network)
    for tree in variables.values():
        assert set(tree["landmark"]["trunk"]) == {"layer2", "layer3", "layer4"}
    sizes = gradient_to_expression(network, variables, "landmarks")
    depends = {name for name, size in sizes.items() if size > 0}
    assert depends == {"conv1", "bn1", "layer1"}


def test_the_heatmap_head_on_a_shared_stem_has_all_four_stages():
    laterals = {
        trunk: {
            name: tree["kernel"].shape
            for name, tree in variables_of(build("heatmap", trunk))["params"]["landmark"].items()
            if name.startswith("lateral")
        }
        for trunk in TRUNKS
    }
    assert laterals["shared_stem"] == laterals["separate"]
    assert len(laterals["separate"]) == 4


def test_without_a_landmark_network_the_expression_network_is_the_same():
    both = build("coordinates", "separate")
    alone, images = TwoBranch(both.expression, None), IMAGES
    variables, whole = variables_of(alone), variables_of(both)
    equal = lambda a, b: jax.tree.map(np.testing.assert_array_equal, a, b)  # noqa: E731
    for kind, tree in variables.items():
        assert set(tree) == {"expression"}
        equal(tree["expression"], whole[kind]["expression"])
    outputs, expected = alone.apply(variables, images, False), both.apply(whole, images, False)
    equal((outputs.logits, outputs.expression), (expected.logits, expected.expression))
    assert outputs.landmarks is None and outputs.landmark is None
    backbone = (tree["expression"]["backbone"] for tree in variables.values())
    moved = [jax.tree.map(lambda x: x + 1, tree) for tree in backbone]
    started = start_from_backbone(dict(variables), *moved)
    assert jax.tree.structure(started) == jax.tree.structure(dict(variables))
    for tree, wanted in zip(started.values(), moved, strict=True):
        equal(tree["expression"]["backbone"], wanted)


@pytest.mark.parametrize("trunk", TRUNKS)
def test_both_trunks_start_from_the_backbone_and_nothing_else_moves(trunk):
    variables = variables_of(build("heatmap", trunk))
    backbone = {
        kind: jax.tree.map(lambda x: x + 1, tree["expression"]["backbone"])
        for kind, tree in variables.items()
    }
    started = start_from_backbone(variables, backbone["params"], backbone["batch_stats"])
    equal = lambda a, b: jax.tree.map(np.testing.assert_array_equal, a, b)  # noqa: E731
    for kind, tree in started.items():
        equal(tree["expression"]["backbone"], backbone[kind])
        for stage, value in tree["landmark"]["trunk"].items():
            equal(value, backbone[kind][stage])
    assert jax.tree.structure(started) == jax.tree.structure(dict(variables))
    equal(started["params"]["expression"]["fc"], variables["params"]["expression"]["fc"])
    equal(started["params"]["landmark"]["lateral1"], variables["params"]["landmark"]["lateral1"])
