"""An exported network and its card: refused, or what was exported."""

import json

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lanet_jax.checkpoint import model_file
from lanet_jax.checkpoint.metadata import wrong_keys
from lanet_jax.devices import mesh
from lanet_jax.trained import load
from lanet_jax.trained import network as trained_network

CARD = {
    "classes": ["anger", "fear"],
    **{"size": 16, "depth": 18, "width": 1, "stem": "small", "method": "ce"},
    **{"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25], "precision": "float32", "grey": False},
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The two files, and the arrays in them."""
    rng = np.random.default_rng(0)
    tree = jax.tree.map(
        lambda x: rng.uniform(0.1, 1, x.shape).astype(np.float32), trained_network.shapes(CARD)
    )
    path = tmp_path_factory.mktemp("model") / "m.safetensors"
    model_file.write(path, tree["params"], tree["model_state"], CARD)
    return path.read_bytes(), path.with_suffix(".json").read_bytes(), tree


def read(path):
    return load.read(path, mesh.make(1, jax.devices()[:1]))


def check(trained, tree):
    """It is the card's network, with the arrays that were written."""
    if trained is None:
        return
    assert not wrong_keys(trained.card)
    found = {"params": trained.params, "model_state": trained.model_state}
    assert jax.tree.all(jax.tree.map(np.array_equal, found, tree))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_bytes_of_the_arrays(scratch, fuzz, whole, data):
    path = scratch / "m.safetensors"
    content = data.draw(fuzz.corrupted(whole[0]))
    path.write_bytes(content)
    path.with_suffix(".json").write_bytes(whole[1])
    trained = fuzz.read(read, path)
    assert (trained is not None) == (content == whole[0])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_bytes_of_the_card(scratch, fuzz, whole, data):
    path = scratch / "m.safetensors"
    path.write_bytes(whole[0])
    path.with_suffix(".json").write_bytes(data.draw(fuzz.corrupted(whole[1])))
    check(fuzz.read(read, path), whole[2])


@settings(max_examples=60, deadline=None)
@given(key=st.sampled_from([*CARD, "sha256", "format", "format_version", "step"]), value=VALUES)
def test_values_of_the_card(scratch, fuzz, whole, key, value):
    path = scratch / "m.safetensors"
    path.write_bytes(whole[0])
    path.with_suffix(".json").write_text(json.dumps({**json.loads(whole[1]), key: value}))
    check(fuzz.read(read, path), whole[2])
