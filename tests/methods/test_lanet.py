"""LA-Net: its start, its switches, where its gradients go, and what is left at inference."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from jax.sharding import PartitionSpec as P

from lanet_jax.landmarks.face_frame import FaceFrame
from lanet_jax.methods import lanet, lanet_neighbors
from lanet_jax.methods.ce import CE
from lanet_jax.models.classifiers import Classifier
from lanet_jax.models.resnet import ResNet

KEY = jax.random.key(0, impl="unsafe_rbg")  # compiles faster than the default
WEIGHTS = {"ce": 1.0, "lm": 1.0, "kl": 0.7, "el": 0.3}  # Eq. 14 with the weights of `build`

ALONE = {"head": "", "spaces": "expression", "enabled": False}  # no landmark network


def equal(a, b):
    jax.tree.map(np.testing.assert_array_equal, a, b)


def count(tree):
    return sum(leaf.size for leaf in jax.tree.leaves(tree))


def shapes_of(tree):
    leaves, structure = jax.tree.flatten(tree)
    return structure, [(leaf.shape, leaf.dtype) for leaf in leaves]


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({}, {"ce", "lm", "kl", "el"}),
        ({"spaces": "none", "enabled": False}, {"ce", "lm"}),  # Table 2, line 1
        ({"spaces": "expression", "enabled": False}, {"ce", "lm", "kl"}),
        ({"enabled": False}, {"ce", "lm", "kl"}),
        ({"pair_labels": "one_hot"}, {"ce", "lm", "kl", "el"}),
        ({"spaces": "none"}, {"ce", "lm", "el"}),
        ({"batch_negatives": False, "exclude_same_id": False}, {"ce", "lm", "kl", "el"}),
        ({"stop_gradient_neighbors": True}, {"ce", "lm", "kl", "el"}),
        ({"head": "heatmap"}, {"ce", "lm", "kl", "el"}),
        ({"trunk": "shared_stem"}, {"ce", "lm", "kl", "el"}),
        ({"head": "heatmap", "trunk": "shared_stem"}, {"ce", "lm", "kl", "el"}),
        ({"neighbors": 99}, {"ce", "lm", "kl", "el"}),
        ({"neighbor_labels": "observed"}, {"ce", "lm", "kl", "el"}),
        ({"memory": 16, "neighbors": 12}, {"ce", "lm", "kl", "el"}),
        ({"memory": 16, "spaces": "expression"}, {"ce", "lm", "kl", "el"}),
        ({"memory": 16, "spaces": "none"}, {"ce", "lm", "el"}),
        ({**ALONE, "memory": 16}, {"ce", "kl"}),
        ({**ALONE, "spaces": "none"}, {"ce"}),
    ],
)
def test_every_switch_gives_the_sum_of_its_parts(build, example, batches, changes, parts):
    method = build(**changes)
    params, state = method.init(KEY, example)
    assert set(state) == set(method.specs())
    loss, (after, metrics) = method.loss(params, state, batches[0], KEY)
    loss, (after, metrics) = method.loss(params, after, batches[1], KEY)
    assert set(metrics) - {"accuracy", "ambiguous"} == parts
    assert jnp.isfinite(loss)
    np.testing.assert_allclose(loss, sum(WEIGHTS[name] * metrics[name] for name in parts), 1e-6)
    assert all(metrics[name] > 0 for name in parts - {"el"}) and metrics.get("el", 0) >= 0
    assert shapes_of(after) == shapes_of(state)  # a step is a loop's body
    assert set(params["contribution"]) == set(lanet_neighbors.SPACES[method.lde.spaces])
    assert ("memory" in state) == ("memory" in changes and "kl" in parts)
    if "kl" in parts:
        equal(method.targets(after), after["bank"])
    else:
        assert method.targets(after) is None
        equal(after["bank"], state["bank"])
    for name, tree in (("queue", state), ("momentum", state), ("projection", params)):
        assert (name in tree) == ("el" in parts)


def test_without_landmarks_expression_space_is_the_same(build, example, batches):
    """As with a landmark network that nothing reads."""
    found, optimizer = [], optax.adam(0.01)
    none = {"landmarks": np.zeros((8, 0, 2)), "present": np.ones((8, 0), bool)}
    for head in ("", "coordinates"):
        method = build(**{**ALONE, "head": head, "memory": 16, "trust": 1.0})
        params, state = method.init(KEY, example)
        moments, rows = optimizer.init(params), []
        step = jax.jit(jax.grad(method.loss, has_aux=True))
        for batch in batches:
            given = batch if head else {**batch, **none}
            gradients, (state, metrics) = step(params, state, given, KEY)
            updates, moments = optimizer.update(gradients, moments, params)
            params = optax.apply_updates(params, updates)
            rows.append({name: metrics[name] for name in metrics.keys() - {"lm"}})
        names = set(params) | set(state) | set(moments[0].mu) | set(method.specs())
        assert ("landmark" in names) == bool(head)
        found.append((rows, params["expression"], params["contribution"], state["bank"]))
    for ours, wanted in zip(*map(jax.tree.leaves, found), strict=True):
        np.testing.assert_allclose(ours, wanted, rtol=1e-5, atol=1e-6)


def test_without_landmarks_none_are_inspected(build, example, batches):
    method = build(**ALONE)
    bare = {name: batches[0][name] for name in ("id", "image", "label")}
    points, spaces = method.inspect(*method.init(KEY, example), bare)
    assert points is None and set(spaces) == {"expression"}


def test_starts_with_equal_trunks_one_hot_bank_and_equal_keys(initial, example):
    params, state = initial
    equal(params["landmark"]["trunk"], params["expression"]["backbone"])
    equal(state["landmark"]["trunk"], state["expression"]["backbone"])
    equal(state["bank"], np.eye(7)[example.labels] * (example.labels >= 0)[:, None])
    for name in ("expression", "landmark", "projection"):
        equal(state["momentum"][name], params[name])
    assert state["queue"].labels.shape == (2, 8)


@pytest.mark.parametrize("trunk", ["separate", "shared_stem"])
def test_pretrained_weights_go_into_both_trunks_and_the_momentum_copy(build, example, trunk):
    method = build(trunk=trunk)
    plain, stats = method.init(KEY, example)
    backbone = jax.tree.map(
        lambda x: x + 1, (plain["expression"]["backbone"], stats["expression"]["backbone"])
    )
    params, state = method.init(KEY, example._replace(pretrained=backbone))
    places = ((params, backbone[0]), (state, backbone[1]), (state["momentum"], backbone[0]))
    for tree, source in places:
        equal(tree["expression"]["backbone"], source)
        stages = tree["landmark"]["trunk"]
        equal(stages, {name: source[name] for name in stages})
        assert ("layer1" in stages) == (trunk == "separate")


def test_a_batch_without_any_landmark_trains(build, initial, batches):
    bare = {**batches[0], "present": jnp.zeros_like(batches[0]["present"])}
    loss, (_, metrics) = build().loss(*initial, bare, KEY)
    assert metrics["lm"] == 0 and jnp.isfinite(loss)


def gradient_of(method, initial, batch, metric, part):
    """How one metric depends on one part of the parameters."""
    params, state = initial

    def value(tree):
        return method.loss({**params, part: tree}, state, batch, KEY)[1][1][metric]

    return jax.grad(value)(params[part])


def test_contribution_networks_learn_through_the_target_only(build, initial, batches, monkeypatch):
    gradient = gradient_of(build(), initial, batches[0], "kl", "contribution")
    for space in ("expression", "landmark"):
        for name in ("g1", "g2", "f1", "f2", "f3"):
            assert jnp.abs(gradient[space][name]["kernel"]).max() > 0, (space, name)
    kl = lanet.kl_divergence
    monkeypatch.setattr(lanet, "kl_divergence", lambda t, x: kl(jax.lax.stop_gradient(t), x))
    detached = gradient_of(build(), initial, batches[0], "kl", "contribution")
    assert all((leaf == 0).all() for leaf in jax.tree.leaves(detached))


@pytest.mark.parametrize("stop", [True, False])
def test_neighbours_predictions_learn_unless_stopped(build, initial, batches, stop):
    """With the neighbours detached, dL_kl/dlogits is (p - target) / B and nothing more."""
    params, state = initial
    method, batch = build(stop_gradient_neighbors=stop), batches[1]  # no record stands twice
    value = lambda fc: method.loss(  # noqa: E731
        {**params, "expression": {**params["expression"], "fc": fc}}, state, batch, KEY
    )[1][1]["kl"]
    by_bias = jax.grad(value)(params["expression"]["fc"])["bias"]
    _, (after, _) = method.loss(params, state, batch, KEY)
    outputs, _ = lanet.apply(
        method.network, lanet.branches(params), lanet.branches(state), batch["image"], True
    )
    p, target = jax.nn.softmax(outputs.logits), after["bank"][batch["id"]]
    simple = np.allclose(by_bias, jnp.mean(p - target, axis=0), atol=1e-6)
    assert simple == stop


def test_targets_keep_their_mass_however_the_scores_run(build, initial, batches):
    """The trap: scores that all vanish must not take the target with them."""
    method = build()
    for bias in (-1e4, 1e4):
        params, state = initial
        contribution = jax.tree.map(lambda x: x * 30, params["contribution"])
        for space in contribution.values():
            space["f3"]["bias"] = jnp.full(1, bias)
        params = {**params, "contribution": contribution}
        for batch in batches:
            _, (state, metrics) = method.loss(params, state, batch, KEY)
            assert metrics["kl"] >= 0
        np.testing.assert_allclose(state["bank"][:22].sum(axis=1), 1, atol=1e-5)
        assert (state["bank"][22:] == 0).all()


def test_one_hot_pairs_are_the_given_labels(build, initial, batches):
    _, (state, metrics) = build(pair_labels="one_hot").loss(*initial, batches[0], KEY)
    equal(state["queue"].labels[0], batches[0]["label"])
    assert "ambiguous" not in metrics


def test_inference_is_the_plain_network(build, initial, example, batches):
    method, images = build(), batches[0]["image"]
    plain = CE(Classifier(ResNet(width=4, stem="small"), 7))
    ours = [{name: tree[name] for name in method.inference} for tree in initial]
    equal(method.predict(*ours, images), plain.predict(*ours, images))
    assert count(ours[0]) == count(ours[0]["expression"])
    bare = jax.eval_shape(plain.init, KEY, example)
    assert [count(tree) for tree in ours] == [count(tree) for tree in bare]
    cost = [
        jax.jit(m.predict).lower(params, state, images).compile().cost_analysis()
        for m, (params, state) in ((method, initial), (plain, ours))
    ]
    assert cost[0]["flops"] == cost[1]["flops"] > 0
    assert cost[0]["bytes accessed"] == cost[1]["bytes accessed"]


def test_what_grows_with_the_data_is_sharded(build):
    specs = build().specs()
    assert specs["bank"] == P("data")
    assert specs["queue"].expression == specs["queue"].landmark == P(None, "data", None)
    assert specs["queue"].labels == P(None, "data")


def test_the_frame_of_the_landmarks_is_kept_as_it_is(build, example, batches):
    frame = FaceFrame(*np.random.default_rng(0).normal(size=(3, 5, 2)).astype(np.float32))
    method = build(framed=True, enabled=False, spaces="none")
    params, state = method.init(KEY, example._replace(frame=frame))
    _, (after, _) = method.loss(params, state, batches[0], KEY)
    assert set(state) == set(method.specs())
    equal(state["frame"], frame)
    equal(after["frame"], frame)
