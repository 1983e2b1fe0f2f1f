"""A network without running statistics predicts as exported, from a checkpoint and from a file."""

import jax
import numpy as np
import pytest

from lanet_jax.checkpoint import best, model_file
from lanet_jax.devices import mesh
from lanet_jax.errors import UserError
from lanet_jax.export import __main__ as export
from lanet_jax.models import backbones
from lanet_jax.recipes import PUBLISHED
from lanet_jax.trained import network as trained_network
from lanet_jax.trained.inference import predict_function
from lanet_jax.trained.load import load
from tests import plain_family

IMAGES = np.random.default_rng(1).integers(0, 256, (2, 16, 16, 3), np.uint8)


@pytest.fixture
def one(monkeypatch):
    monkeypatch.setitem(backbones.FAMILIES, "plain", plain_family.FAMILY)
    return mesh.make(1, jax.devices()[:1])


def card(method, frozen):
    return {
        **{"classes": ["anger", "fear", "neutral"], "size": 16, "family": "plain", "width": 4},
        **{"mean": [0.5] * 3, "std": [0.2] * 3, "method": method, "precision": "float32"},
        **{"grey": False, "resample": "linear", "frozen_stages": frozen},
    }


def drawn(own):
    rng = np.random.default_rng(0)
    draw = lambda x: rng.uniform(0.1, 1, x.shape).astype(x.dtype)  # noqa: E731
    return jax.tree.map(draw, trained_network.shapes(own))


@pytest.mark.parametrize("frozen", [0, 1])
@pytest.mark.parametrize("method", PUBLISHED)
def test_it_predicts_as_exported(method, frozen, one, tmp_path):
    own = card(method, frozen)
    tree = drawn(own)
    function = predict_function(trained_network.method(own), trained_network.preprocessing(own))
    expected = jax.jit(function)(tree["params"], tree["model_state"], IMAGES)[0]
    path = tmp_path / "m.safetensors"
    model_file.write(path, tree["params"], tree["model_state"], {**own, "step": 7})
    for where in (path, export.export(path, "safetensors")):
        trained = load(where, "last", one)
        assert jax.tree.structure(trained.model_state) == jax.tree.structure(tree["model_state"])
        found, _ = trained.predict(trained.params, trained.model_state, IMAGES)
        np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("frozen", [0, 1])
def test_it_predicts_from_a_checkpoint(frozen, one, tmp_path):
    own = card("lanet", frozen)
    tree = drawn(own)
    (tmp_path / "config.json").write_text('{"method": "lanet", "lde": {}}')
    best.save(tmp_path, 7, type("State", (), tree), trained_network.method(own), own)
    trained = load(tmp_path, "best", one)
    expected = trained.predict(tree["params"], tree["model_state"], IMAGES)[0]
    file = export.export(tmp_path, "safetensors", step="best")
    read = load(file, "last", one)
    for these in (trained, read):
        found, _ = these.predict(these.params, these.model_state, IMAGES)
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_lost_statistics_are_named_and_not_taken_for_none(one, tmp_path):
    own = card("ce", 0) | {"family": "resnet", "depth": 18, "stem": "small"}
    path = tmp_path / "m.safetensors"
    model_file.write(path, drawn(own)["params"], {}, own)
    with pytest.raises(UserError, match=r"missing .*model_state/expression/backbone/bn1/mean"):
        load(path, "last", one)
