"""The ResNets: size, shapes, and running from a later stage."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.models.classifiers import Classifier
from lanet_jax.models.pure import apply
from lanet_jax.models.resnet import ResNet


def random_variables(network):
    """A network's variables without compiling its initialisation."""
    image = jax.ShapeDtypeStruct((1, 32, 32, 3), np.float32)
    shapes = jax.eval_shape(lambda x: network.init(jax.random.key(0), x, True), image)
    rng = np.random.default_rng(0)
    return jax.tree.map(
        lambda leaf: (rng.uniform(0.5, 1.5, leaf.shape) / leaf.size**0.5).astype(np.float32), shapes
    )


def count(tree):
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


@pytest.mark.parametrize(("depth", "parameters"), [(18, 11_689_512), (50, 25_557_032)])
def test_parameters_are_torchvisions(depth, parameters):
    network = Classifier(ResNet(depth), classes=1000)
    image = jax.ShapeDtypeStruct((1, 224, 224, 3), np.float32)
    tree = jax.eval_shape(lambda x: network.init(jax.random.key(0), x, True), image)
    assert count(tree["params"]) == parameters
    assert set(tree["params"]) == {"backbone", "fc"}


@pytest.mark.parametrize(
    ("depth", "stem", "size", "sizes"),
    [
        (18, "imagenet", 224, (56, 28, 14, 7)),
        (50, "imagenet", 112, (28, 14, 7, 4)),
        (18, "small", 48, (24, 12, 6, 3)),
        (50, "small", 48, (24, 12, 6, 3)),
    ],
)
def test_shapes_of_the_stages(depth, stem, size, sizes):
    network = ResNet(depth, 16, stem)
    image = jax.ShapeDtypeStruct((2, size, size, 3), np.float32)
    maps, _ = jax.eval_shape(lambda x: network.init_with_output(jax.random.key(0), x, True), image)
    widths = [network.stage_width(stage) for stage in range(1, 5)]
    assert widths == [16 * k * {18: 1, 50: 4}[depth] for k in (1, 2, 4, 8)]
    assert [m.shape for m in maps] == [(2, s, s, w) for s, w in zip(sizes, widths, strict=True)]


@pytest.mark.parametrize("train", [False, True])
def test_a_trunk_from_stage_two_is_the_tail_of_the_network(train):
    whole, tail = ResNet(width=2, stem="small"), ResNet(width=2, first_stage=2)
    images = jax.random.normal(jax.random.key(1), (2, 24, 24, 3))
    variables = random_variables(whole)
    run = jax.jit(apply, static_argnums=(0, 4))
    maps, stats = run(whole, variables["params"], variables["batch_stats"], images, train)
    part = {
        kind: {name: tree[name] for name in ("layer2", "layer3", "layer4")}
        for kind, tree in variables.items()
    }
    tails, tail_stats = run(tail, part["params"], part["batch_stats"], maps[0], train)
    assert len(tails) == 3
    for ours, theirs in zip(tails, maps[1:], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    for name, tree in tail_stats.items():
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), tree, stats[name])


def test_statistics_move_in_training_only():
    network = ResNet(width=2, stem="small")
    images = jax.random.normal(jax.random.key(1), (2, 16, 16, 3))
    variables = random_variables(network)
    run = jax.jit(apply, static_argnums=(0, 4))
    params, stats = variables["params"], variables["batch_stats"]
    maps, still = run(network, params, stats, images, False)
    _, moved = run(network, params, stats, images, True)
    jax.tree.map(np.testing.assert_array_equal, still, stats)
    assert not np.allclose(moved["bn1"]["mean"], stats["bn1"]["mean"])
    # Nor does an image's map depend on the others then.
    alone, _ = run(network, params, stats, images[:1], False)
    np.testing.assert_allclose(alone[-1], maps[-1][:1], rtol=1e-4)


def test_bfloat16_computes_in_bfloat16_and_keeps_float32_parameters():
    network = ResNet(width=2, stem="small", dtype=jnp.bfloat16)
    image = jax.ShapeDtypeStruct((1, 16, 16, 3), np.float32)
    maps, tree = jax.eval_shape(
        lambda x: network.init_with_output(jax.random.key(0), x, True), image
    )
    assert {m.dtype for m in maps} == {jnp.dtype(jnp.bfloat16)}
    assert {leaf.dtype for leaf in jax.tree.leaves(tree)} == {jnp.dtype(jnp.float32)}
