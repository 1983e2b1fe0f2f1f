"""EAC: the maps and their mirror, where the gradient goes, statistics of two views."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.methods.eac import EAC, attention_consistency
from lanet_jax.models.classifiers import Classifier
from lanet_jax.models.pure import apply
from lanet_jax.models.resnet import ResNet

B, C, SIDE = 8, 7, 32
KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default
METHOD = EAC(Classifier(ResNet(width=4, stem="small"), C), weight=5.0)
RNG = np.random.default_rng(0)
LAST, MIRRORED = RNG.normal(size=(2, B, 2, 3, 4))
KERNEL = RNG.normal(size=(4, C))
GOLDEN = (5.516998, 5.653168, 4.926402)  # losses of three steps


@pytest.fixture(scope="module")
def batch():
    image, mirrored = RNG.normal(size=(2, B, SIDE, SIDE, 3)).astype(np.float32)
    label = jnp.array([3, 0, 6, 3, 1, 1, 2, 5])
    return {"image": jnp.array(image), "mirrored": jnp.array(mirrored), "label": label}


@pytest.fixture(scope="module")
def initial(example):
    return jax.jit(METHOD.init)(KEY, example._replace(images=jnp.zeros((B, SIDE, SIDE, 3))))


@pytest.fixture(scope="module")
def stepped(initial, batch):
    return jax.jit(METHOD.loss)(*initial, batch, KEY)


@pytest.fixture(scope="module")
def views(initial, batch):
    """Logits and last map of each view, and the statistics after both."""
    forward = jax.jit(lambda p, s, x: apply(METHOD.expression, p, s, x, True))
    params, stats = initial[0]["expression"], initial[1]["expression"]
    (logits, _, (*_, last)), stats = forward(params, stats, batch["image"])
    (_, _, (*_, mirrored)), stats = forward(params, stats, batch["mirrored"])
    return logits, last, mirrored, stats


def test_consistency_by_hand():
    expected = 0.0
    for image in range(B):
        for y in range(2):
            for x in range(3):
                for c in range(C):
                    here = sum(LAST[image, y, x, d] * KERNEL[d, c] for d in range(4))
                    there = sum(MIRRORED[image, y, 2 - x, d] * KERNEL[d, c] for d in range(4))
                    expected += (here - there) ** 2 / (B * 2 * 3 * C)
    found = attention_consistency(*map(jnp.array, (LAST, MIRRORED, KERNEL)))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_mirror_is_consistent_and_a_copy_is_not():
    last, kernel = jnp.array(LAST), jnp.array(KERNEL)
    assert attention_consistency(last, last[:, :, ::-1], kernel) == 0
    assert attention_consistency(last, last[:, ::-1], kernel) > 1  # not upside down
    assert attention_consistency(last, last, kernel) > 1


def test_the_gradient_goes_through_both_views_and_not_into_the_weights():
    by_last, by_mirrored, by_kernel = jax.grad(attention_consistency, (0, 1, 2))(
        *map(jnp.array, (LAST, MIRRORED, KERNEL))
    )
    assert (by_kernel == 0).all()
    np.testing.assert_allclose(by_mirrored, -by_last[:, :, ::-1], atol=1e-6)
    assert jnp.abs(by_last).min() > 0


def test_the_networks_classifier_learns_from_the_first_view_only(initial, batch):
    params, state = initial

    def term(fc, name):
        tree = {"expression": {**params["expression"], "fc": fc}}
        return METHOD.loss(tree, state, batch, KEY)[1][1][name]

    head = params["expression"]["fc"]
    for name, learns in (("consistency", False), ("ce", True)):
        gradient = jax.jit(jax.grad(lambda fc, name=name: term(fc, name)))(head)
        assert (jnp.abs(gradient["kernel"]).max() > 0) == learns
        assert (jnp.abs(gradient["bias"]).max() > 0) == learns


def test_the_loss_is_cross_entropy_and_five_times_the_consistency(initial, batch, stepped, views):
    logits, last, mirrored, _ = (np.array(x, np.float64) for x in (*views[:3], 0))
    fc = {name: np.array(x, np.float64) for name, x in initial[0]["expression"]["fc"].items()}
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    ce = -np.mean(log_p[np.arange(B), np.array(batch["label"])])
    consistency = np.mean(((last - mirrored[:, :, ::-1]) @ fc["kernel"]) ** 2)
    loss, (_, metrics) = stepped
    np.testing.assert_allclose(metrics["ce"], ce, rtol=1e-4)
    np.testing.assert_allclose(metrics["consistency"], consistency, rtol=1e-4)
    np.testing.assert_allclose(loss, ce + 5 * consistency, rtol=1e-4)
    assert last.shape[2] == 2  # there is something to mirror
    # An activation map's mean is the logit, but for the bias.
    np.testing.assert_allclose(
        (last @ fc["kernel"]).mean(axis=(1, 2)) + fc["bias"], logits, atol=1e-4
    )


def test_each_view_has_its_own_statistics_and_both_move_the_running_ones(initial, stepped, views):
    after = stepped[1][0]["expression"]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), after, views[3])
    assert jax.tree.structure(after) == jax.tree.structure(initial[1]["expression"])


def test_its_state(initial):
    params, state = initial
    assert METHOD.targets(state) is None
    assert set(params) == set(state) == set(METHOD.specs()) == set(METHOD.inference)


def test_golden_steps(train):
    _, rows, _ = train(METHOD, 1)
    assert [row["loss"] for row in rows] == pytest.approx(GOLDEN, rel=1e-3)


def test_eight_devices_agree(agree):
    agree(METHOD)
