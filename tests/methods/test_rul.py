"""RUL: the mixture, the shapes of its heads, what is left at inference."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.methods.rul import RUL, mix
from lanet_jax.models.classifiers import Embedding, EmbeddingClassifier
from lanet_jax.models.pure import apply
from lanet_jax.models.resnet import ResNet

B, C, WIDTH = 8, 7, 4
KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default
METHOD = RUL(EmbeddingClassifier(ResNet(width=WIDTH, stem="small"), Embedding(), C), Embedding())
GOLDEN = (1.971049, 1.988023, 2.080344)  # losses of three steps


@pytest.fixture(scope="module")
def initial(example):
    return jax.jit(METHOD.init)(KEY, example)


@pytest.fixture(scope="module")
def loss():
    return jax.jit(METHOD.loss)


def test_the_more_uncertain_image_weighs_more():
    mu, s = jnp.array([[4.0, 0.0], [0.0, 8.0], [1.0, 1.0]]), jnp.array([1.0, 3.0, 2.0])
    # 1/4 and 3/4 of the first two, the other way round, and the third with itself.
    mixed = mix(mu, s, jnp.array([1, 0, 2]))
    np.testing.assert_allclose(mixed, [[1, 6], [1, 6], [1, 1]], rtol=1e-6)
    # d(weight of the first) / ds = s_j / (s_i + s_j)^2 = 3/16, and -1/16 by the other.
    gradient = jax.grad(lambda s: mix(mu, s, jnp.array([1, 0, 2]))[0, 0])(s)
    np.testing.assert_allclose(gradient, [4 * 3 / 16, -4 / 16, 0], atol=1e-6)


def test_shapes_of_the_heads(initial):
    params, state = initial
    places = 1  # 16 px leave a 1x1 map
    for head, stats in (
        (params["expression"]["mu"], state["expression"]["mu"]),
        (params["log_variance"], state["log_variance"]),
    ):
        assert set(head) == {"linear", "bn2"}  # the first BatchNorm has no affine part
        assert head["linear"]["kernel"].shape == (places * 8 * WIDTH, 64)
        assert head["bn2"]["scale"].shape == (64,)
        assert stats["bn1"]["mean"].shape == (8 * WIDTH,) and stats["bn2"]["var"].shape == (64,)
    assert params["expression"]["fc"]["kernel"].shape == (64, C)
    assert not np.allclose(*(p["linear"]["kernel"] for p in (head, params["expression"]["mu"])))


def test_a_head_sees_every_place_and_its_epsilon_is_2e_5():
    x = np.random.default_rng(0).normal(size=(B, 2, 3, 4)) * 1e-2  # variances near epsilon
    head = Embedding(width=5, dropout=0.0)
    variables = head.init(KEY, jnp.array(x), False)
    found, stats = apply(
        head, variables["params"], variables["batch_stats"], jnp.array(x), True, KEY
    )
    normed = (x - x.mean(axis=(0, 1, 2))) / np.sqrt(x.var(axis=(0, 1, 2)) + 2e-5)
    y = normed.reshape(B, -1) @ np.array(variables["params"]["linear"]["kernel"], np.float64)
    np.testing.assert_allclose(
        found, (y - y.mean(axis=0)) / np.sqrt(y.var(axis=0) + 2e-5), atol=1e-4
    )
    np.testing.assert_allclose(stats["bn1"]["mean"], 0.1 * x.mean(axis=(0, 1, 2)), atol=1e-6)


def test_training_drops_two_entries_in_five_and_scales_the_rest():
    x = jnp.array(np.random.default_rng(0).normal(size=(64, 1, 1, 64)), jnp.float32)
    head = Embedding(width=64)
    variables = head.init(KEY, x, False)
    params = {**variables["params"], "linear": {"kernel": jnp.eye(64), "bias": jnp.zeros(64)}}
    _, stats = apply(head, params, variables["batch_stats"], x, True, KEY)
    # A normalised entry e becomes 0, or e / 0.6: its variance is 1 / 0.6.
    np.testing.assert_allclose((stats["bn2"]["var"].mean() - 0.9) / 0.1, 1 / 0.6, rtol=0.05)


def test_the_loss_by_hand(initial, loss, batches):
    params, state = initial
    mu_key, head_key, order_key = jax.random.split(KEY, 3)
    (_, mu, last), stats = jax.jit(apply, static_argnums=(0, 4))(
        METHOD.expression,
        params["expression"],
        state["expression"],
        batches[0]["image"],
        True,
        mu_key,
    )
    log_variance, _ = apply(
        METHOD.log_variance, params["log_variance"], state["log_variance"], last, True, head_key
    )
    s = np.exp(np.array(log_variance, np.float64)).mean(axis=1)
    order = np.array(jax.random.permutation(order_key, B))
    labels, fc = np.array(batches[0]["label"]), params["expression"]["fc"]
    expected = 0.0
    for i, j in enumerate(order):
        x = (s[i] * np.array(mu[i], np.float64) + s[j] * np.array(mu[j])) / (s[i] + s[j])
        logits = x @ np.array(fc["kernel"], np.float64) + fc["bias"]
        log_p = logits - np.log(np.exp(logits).sum())
        expected -= (log_p[labels[i]] + log_p[labels[j]]) / 2 / B
    assert (order != np.arange(B)).sum() > 4
    value, (after, metrics) = loss(params, state, batches[0], KEY)
    np.testing.assert_allclose(value, expected, rtol=1e-4)
    np.testing.assert_allclose(metrics["uncertainty"], s.mean(), rtol=1e-4)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), after["expression"], stats
    )
    other, _ = loss(params, state, batches[0], jax.random.key(1, impl="unsafe_rbg"))
    assert other != value


def test_both_heads_learn(initial, batches):
    params, state = initial
    gradients = jax.jit(jax.grad(lambda p: METHOD.loss(p, state, batches[0], KEY)[0]))(params)
    for head in (gradients["expression"]["mu"], gradients["log_variance"]):
        assert jnp.abs(head["linear"]["kernel"]).max() > 0


def test_predicts_fc_of_mu_without_dropout_one_image_at_a_time(initial, batches):
    params, state = initial
    images = batches[0]["image"]
    logits, mu = METHOD.predict(params, state, images)
    fc = params["expression"]["fc"]
    np.testing.assert_allclose(logits, mu @ fc["kernel"] + fc["bias"], atol=1e-5)
    np.testing.assert_array_equal(METHOD.predict(params, state, images)[0], logits)
    np.testing.assert_allclose(
        METHOD.predict(params, state, images[1:2])[0][0], logits[1], atol=1e-4
    )
    assert mu.shape == (B, 64)


def test_the_uncertainty_is_left_behind_at_inference(initial):
    params, state = initial
    assert METHOD.targets(state) is None
    assert set(params) == set(state) == set(METHOD.specs()) == {*METHOD.inference, "log_variance"}


def test_starts_from_pretrained_weights(initial, example):
    params, state = jax.tree.map(lambda x: x + 1, initial)
    backbone = params["expression"]["backbone"], state["expression"]["backbone"]
    started, stats = jax.jit(METHOD.init)(KEY, example._replace(pretrained=backbone))
    equal = np.testing.assert_array_equal
    jax.tree.map(equal, started["expression"]["backbone"], backbone[0])
    jax.tree.map(equal, stats["expression"]["backbone"], backbone[1])
    equal(started["expression"]["fc"]["kernel"], initial[0]["expression"]["fc"]["kernel"])


def test_golden_steps(train):
    _, rows, _ = train(METHOD, 1)
    assert [row["loss"] for row in rows] == pytest.approx(GOLDEN, rel=1e-3)


def test_eight_devices_agree(agree):
    agree(METHOD)
