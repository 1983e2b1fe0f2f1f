"""Recipes and the rate of the heads."""

import re

import jax
import jax.extend.core
import jax.numpy as jnp
import numpy as np
import pytest

from configs import rafdb
from lanet_jax.errors import UserError
from lanet_jax.from_config import config, limits, training
from lanet_jax.methods.frozen import behind
from lanet_jax.models import backbones
from lanet_jax.recipes import PUBLISHED
from lanet_jax.trained import network
from tests import plain_family


@pytest.mark.parametrize("method", PUBLISHED)
def test_every_method_is_built_and_told_its_own_settings(resolved, method):
    built = training.method(resolved(method, **{"model.width": 4}), 7, 5)
    assert type(built).__name__.lower() == method
    if method == "scn":
        assert (built.margin, built.relabel_epoch) == (0.07, 10)
    if method == "eac":
        assert built.weight == 5
    images = jax.eval_shape(
        training.augmentation(resolved(method, **{"augment.size": 16}), ()),
        jax.random.key(0),
        {
            "image": jnp.zeros((2, 20, 20, 3), jnp.uint8),
            "landmarks": jnp.zeros((2, 5, 2)),
            "present": jnp.zeros((2, 5), bool),
        },
    )
    assert images["image"].shape == (2, 16, 16, 3)
    assert ("mirrored" in images) == (method == "eac")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"model.family": "vgg"}, "resnet | face29"),
        ({"model.family": "face29", "model.depth": 50}, "model.depth belongs to resnet"),
        ({"model.blocks": 14}, "model.blocks belongs to face29: leave it out with model.family="),
        ({"model.family": "face29", "augment.size": 10}, "needs images of 11 px or more"),
        ({"model.frozen_stages": 1}, "would freeze random weights"),
        ({"model.frozen_stages": 4, "model.pretrained": "w"}, "freeze 0 to 3 of them"),
        ({"model.frozen_stages": -2, "model.pretrained": "w"}, "a whole number from 0 to"),
    ],
)
def test_what_no_backbone_can_be_is_told(resolved, fields, reason):
    with pytest.raises(UserError, match=re.escape(reason)):
        training.method(resolved("ce", **fields), 7, 5)


def test_a_new_family_refuses_the_fields_of_others_and_has_the_usual_heads(resolved, monkeypatch):
    monkeypatch.setitem(backbones.FAMILIES, "plain", plain_family.FAMILY)
    monkeypatch.setitem(limits.LIMITS, "model.family", limits.one_of(*backbones.FAMILIES))
    plain = {"model.family": "plain", "model.width": 4}
    for field, value, of in (("depth", 50, "resnet"), ("blocks", 14, "face29")):
        with pytest.raises(UserError, match=f"model.{field} belongs to {of}: .*family=plain"):
            resolved("lanet", **plain, **{f"model.{field}": value})
    c = resolved("lanet", **plain, **{"model.stem": "small"})  # as a preset may leave it
    assert (c.el.projection, config.head_width(c)) == (64, 64)
    with c.unlocked():
        c.model.depth = 50
    assert config.head_width(c) == 64


@pytest.mark.parametrize(("depth", "width"), [(18, 64), (50, 256)])
def test_heads_are_as_wide_as_in_the_published_code(resolved, depth, width):
    c = resolved("lanet", **{"model.depth": depth})
    assert c.el.projection == width
    assert training.method(c, 7, 5).network.landmark.lateral == width


def test_a_method_that_nothing_builds_is_not_taken_for_another(resolved, monkeypatch):
    c = resolved("lanet")
    c.method = "new"
    with pytest.raises(UserError, match=r"method=new: .* lanet_jax/trained/network\.py"):
        training.method(c, 7, 5)
    monkeypatch.setattr(network, "SHARE_CLASSIFIER", ("new",))
    with pytest.raises(UserError, match=r"method=new: .* lanet_jax/from_config/training\.py"):
        training.method(c, 7, 5)


@pytest.mark.parametrize(
    ("trunk", "frozen", "first"),
    [("separate", 0, 1), ("shared_stem", 0, 2), ("shared_stem", 1, 2), ("separate", 2, 3)],
)
def test_the_landmark_trunk_starts_behind_what_is_shared(resolved, trunk, frozen, first):
    fields = {"landmarks.trunk": trunk, "model.frozen_stages": frozen, "model.pretrained": "w"}
    built, _ = behind(training.method(resolved("lanet", **fields), 7, 5))
    assert built.network.landmark.trunk.first_stage == first
    assert built.network.expression.backbone.first_stage == frozen + 1


@pytest.mark.parametrize("presets", ["", "reference", "robust"])
def test_without_landmarks_there_is_no_landmark_network(presets):
    c = rafdb.get_config(presets)
    c.landmarks.enabled, c.lde.spaces, c.el.enabled = False, "expression", False
    built = training.method(config.resolve(c), 7, 68)
    assert built.network.landmark is None and not built.framed


def test_layers_named_fc_move_at_the_heads_rate(resolved):
    params = {"expression": {"fc": {"kernel": jnp.ones(3)}, "conv": jnp.ones(3)}}
    gradients = jax.tree.map(lambda x: x * jnp.array([1.0, -2.0, 5.0]), params)
    moved = {}
    for head in (0.0, 2e-3):
        fields = {"optim.learning_rate": 2e-4, "optim.head_learning_rate": head}
        optimizer = training.optimizer(resolved("ce", "shared", **fields), 10)
        updates, _ = optimizer.update(gradients, optimizer.init(params), params)
        moved[head] = updates["expression"]
    # Adam's first step has the size of the rate.
    sign = np.array([-1.0, 1.0, -1.0])
    np.testing.assert_allclose(moved[2e-3]["fc"]["kernel"], 2e-3 * sign, rtol=1e-5)
    np.testing.assert_allclose(moved[2e-3]["conv"], 2e-4 * sign, rtol=1e-5)
    np.testing.assert_allclose(moved[0.0]["fc"]["kernel"], 2e-4 * sign, rtol=1e-5)


@pytest.mark.parametrize(
    ("warmup", "rates"),
    [
        (0.0, [1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8]),
        (0.5, [1 / 2, 1, 1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6]),
    ],
)
def test_the_rate_rises_then_falls_to_zero(resolved, warmup, rates):
    fields = {"optim.learning_rate": 1.0, "optim.epochs": 2, "optim.warmup": warmup}
    optimizer = training.optimizer(resolved("lanet", **fields), 4)
    params, found = jnp.zeros(()), []
    state = optimizer.init(params)
    for _ in rates:
        # Under a constant gradient each of Adam's steps has the size of the rate.
        update, state = optimizer.update(jnp.ones(()), state, params)
        found.append(-float(update))
    np.testing.assert_allclose(found, rates, rtol=1e-4)


def test_an_exponential_rate_falls_at_the_end_of_an_epoch(resolved):
    fields = {"optim.learning_rate": 1.0, "optim.schedule": "exponential", "optim.decay": 0.5}
    optimizer = training.optimizer(resolved("lanet", **fields), 3)
    params, found = jnp.zeros(()), []
    state = optimizer.init(params)
    for _ in range(7):
        update, state = optimizer.update(jnp.ones(()), state, params)
        found.append(-float(update))
    np.testing.assert_allclose(found, [1, 1, 1, 0.5, 0.5, 0.5, 0.25], rtol=1e-4)


def test_weight_decay_is_a_part_of_the_gradient_as_in_torch(resolved):
    optimizer = training.optimizer(resolved("lanet", **{"optim.weight_decay": 1e-4}), 3)
    params = jnp.array([3.0, -0.5])
    update, _ = optimizer.update(jnp.zeros(2), optimizer.init(params), params)
    np.testing.assert_allclose(update, [-1e-3, 1e-3], rtol=1e-3)  # of Adam's first step, the rate


@pytest.mark.parametrize(
    ("method", "head", "trunk"),
    [
        *((method, "coordinates", "separate") for method in PUBLISHED),
        ("lanet", "heatmap", "separate"),
        ("lanet", "heatmap", "shared_stem"),
    ],
)
@pytest.mark.parametrize("precision", ["bfloat16", "float32"])
def test_every_convolution_computes_in_the_precision(resolved, method, head, trunk, precision):
    fields = {"model.width": 4, "precision": precision, "augment.size": 32}
    fields |= {"landmarks.head": head, "landmarks.trunk": trunk, "optim.batch_size": 2}
    fields |= {"landmarks.frame": "image"}  # the only one for heat maps
    c = resolved(method, "shared", **fields, **{"el.queue_size": 2, "lde.neighbors": 1})
    built = training.method(c, 7, 5)
    start = training.example_of_shape(c, np.zeros(2, np.int32))
    params, state = jax.eval_shape(built.init, jax.random.key(0), start)
    batch = {
        "id": np.arange(2, dtype=np.int32),
        "image": start.images,
        "mirrored": start.images,
        "label": np.zeros(2, np.int32),
        "landmarks": np.zeros((2, 5, 2), np.float32),
        "present": np.ones((2, 5), bool),
    }
    gradients = jax.make_jaxpr(jax.value_and_grad(built.loss, has_aux=True))
    types, jaxprs = set(), [gradients(params, state, batch, jax.random.key(0)).jaxpr]
    while jaxprs:
        for equation in jaxprs.pop().eqns:
            if equation.primitive.name == "conv_general_dilated":
                types |= {str(v.aval.dtype) for v in (*equation.invars, *equation.outvars)}
            jaxprs += jax.extend.core.jaxprs_in_params(equation.params)
    assert types == {precision}


@pytest.mark.parametrize(
    ("presets", "widths"),
    [
        ("", (512, 512, 64)),
        ("reference", (512, 64, 64)),
        ("r50", (2048, 2048, 256)),
        ("reference,r50", (2048, 256, 256)),
    ],
)
def test_widths_of_the_projection(presets, widths):
    c = config.resolve(rafdb.get_config(presets))
    width, hidden, out = widths
    method = training.method(c, 7, 5)
    params = jax.eval_shape(lambda: method._projection(jax.random.key(0), width))
    assert params["linear1"]["kernel"].shape == (width, hidden)
    assert params["linear2"]["kernel"].shape == (hidden, out)


def test_only_heat_maps_keep_points_outside_the_crop(resolved):
    batch = {
        "image": jnp.zeros((64, 16, 16, 3), jnp.uint8),
        "landmarks": jnp.tile(jnp.array([[0.0, 0.0], [1.0, 1.0]]), (64, 1, 1)),
        "present": jnp.ones((64, 2), bool),
    }
    fields = {"landmarks.frame": "image", "augment.size": 8, "augment.crop_scale": (0.5, 0.6)}
    for head, everywhere in (("coordinates", False), ("heatmap", True)):
        c = resolved("lanet", **fields, **{"landmarks.head": head})
        augmented = jax.jit(training.augmentation(c, ()))(jax.random.key(0), batch)
        assert bool(augmented["present"].all()) == everywhere


@pytest.mark.parametrize("framed", [False, True])
def test_a_mirror_swaps_points_of_the_image_and_none_of_the_frame(resolved, framed):
    whole = {"crop_scale": (1.0, 1.0), "crop_ratio": (1.0, 1.0), "erase_prob": 0.0, "flip": 1.0}
    whole |= {"jitter": (0.0, 0.0, 0.0), "size": 8, "mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)}
    c = resolved("lanet", **{f"augment.{name}": value for name, value in whole.items()})
    shade = np.tile(np.arange(8, dtype=np.uint8)[:, None] * 10, (1, 8, 1, 3))
    batch = {
        "image": jnp.array(shade),
        "landmarks": jnp.array([[[0.1, 0.5], [0.8, 0.6]]]),
        "present": jnp.ones((1, 2), bool),
    }
    found = jax.jit(training.augmentation(c, (1, 0), framed))(jax.random.key(0), batch)
    np.testing.assert_allclose(found["image"], shade[:, :, ::-1] / 255, atol=1e-6)
    points = batch["landmarks"] if framed else [[[0.2, 0.6], [0.9, 0.5]]]
    np.testing.assert_allclose(found["landmarks"], points, atol=1e-6)
    assert found["present"].all()
