"""A backbone as docs/backbones.md describes it, without running statistics, in every method."""

import functools

import jax
import numpy as np
import optax
import pytest

from lanet_jax import state as state_lib
from lanet_jax.checkpoint import pretrained
from lanet_jax.from_config import fields, training
from lanet_jax.models import backbones
from lanet_jax.recipes import PUBLISHED
from lanet_jax.train.step import train_step
from tests import plain_family

C, L, SIDE = 7, 5, 16
KEY = jax.random.key(0, impl="unsafe_rbg")


@pytest.fixture
def config(monkeypatch):
    monkeypatch.setitem(backbones.FAMILIES, "plain", plain_family.FAMILY)
    c = fields.get_config()
    c.model.family, c.model.width = "plain", 4
    c.el.projection = c.el.queue_size = 8
    return c


@pytest.mark.parametrize("name", ["rul", "lanet"])  # these have a head with statistics, or none
def test_it_trains(name, config, example, batches):
    config.method = name
    method, optimizer = training.method(config, C, L), optax.adam(0.1)
    before = jax.jit(functools.partial(state_lib.init, method, optimizer))(KEY, example)
    step = jax.jit(functools.partial(train_step, method, optimizer, lambda key, batch: batch))
    after, _ = step(before, batches[0])
    after, metrics = step(after, batches[1])
    assert np.isfinite(metrics["loss"])
    assert jax.tree.structure(before) == jax.tree.structure(after)
    backbone = lambda state: state.params["expression"]["backbone"]  # noqa: E731
    assert not np.array_equal(*(backbone(s)["conv1"]["kernel"] for s in (before, after)))


@pytest.mark.parametrize("name", PUBLISHED)
def test_its_weights_come_from_a_file_and_its_checkpoint_has_no_empty_tree(
    name, config, example, tmp_path
):
    config.method, config.model.frozen_stages = name, 1
    whole = backbones.make(config.model)
    shapes = backbones.shapes(whole, SIDE)
    rng = np.random.default_rng(0)
    drawn = jax.tree.map(lambda x: rng.normal(size=x.shape).astype(np.float32), shapes)
    pretrained.save(tmp_path / "w.safetensors", *drawn, {"source": "drawn"})
    loaded = pretrained.load_backbone(tmp_path / "w.safetensors", *shapes)
    method = training.method(config, C, L)
    init = jax.jit(functools.partial(method.init, KEY))
    params, state = init(example._replace(pretrained=loaded))
    found = {**state["frozen"]["params"], **params["expression"]["backbone"]}
    assert jax.tree.all(jax.tree.map(np.array_equal, found, drawn[0]))
    # Orbax takes an empty tree inside another for something else when it restores.
    for part in ("expression", "landmark", "log_variance"):
        assert all(jax.tree.leaves(tree) for tree in state.get(part, {}).values())
