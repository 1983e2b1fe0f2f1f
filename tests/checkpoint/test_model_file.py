"""A model file comes back as it was written, or one line says why not."""

import hashlib
import json

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from lanet_jax.checkpoint import model_file
from lanet_jax.errors import UserError

CARD = {
    "classes": ["anger", "fear"],
    **{"size": 32, "depth": 18, "width": 4, "stem": "small", "method": "ce"},
    **{"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]},
}
PARAMS = {"expression": {"fc": {"kernel": np.arange(6, dtype=np.float32).reshape(2, 3)}}}
STATE = {"expression": {"bn1": {"var": np.array([1.5, 2.5], np.float32)}}}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "model.safetensors"
    model_file.write(path, PARAMS, STATE, {**CARD, "step": 7, "licence": "research"})
    return path


def change(path, **fields):
    beside = path.with_suffix(".json")
    beside.write_text(json.dumps({**json.loads(beside.read_text()), **fields}))


def test_it_comes_back(path):
    params, state, card = model_file.read(path)
    np.testing.assert_array_equal(
        params["expression"]["fc"]["kernel"], PARAMS["expression"]["fc"]["kernel"]
    )
    np.testing.assert_array_equal(state["expression"]["bn1"]["var"], [1.5, 2.5])
    assert {key: card[key] for key in CARD} == CARD
    assert (card["step"], card["licence"], card["format_version"]) == (7, "research", 1)
    assert (card["precision"], card["grey"]) == ("float32", False)  # what older cards left unsaid
    assert sorted(p.name for p in path.parent.iterdir()) == ["model.json", "model.safetensors"]


def test_half_precision_is_read_as_single(tmp_path):
    path = tmp_path / "half.safetensors"
    model_file.write(path, {"a": np.float16([0.5])}, {"b": np.float16([2])}, CARD)
    assert model_file.read(path)[0]["a"].dtype == np.float32


def test_half_the_size_is_that_of_kernels_alone(tmp_path):
    path = tmp_path / "half.safetensors"
    model_file.write(path, PARAMS, STATE, CARD, half=True)
    types = {name.rpartition("/")[2]: value.dtype.name for name, value in load_file(path).items()}
    assert types == {"kernel": "float16", "var": "float32"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("classes", []), ("classes", [1]), ("size", 0), ("size", 1.5), ("size", 10**30)),
        *(("mean", [0.5, 0.5]), ("std", [0.2, 0.2, 0]), ("std", [10**400] * 3)),
        *(("depth", 34), ("width", True), ("stem", "large"), ("stem", ["small"])),
        *(("method", "best"), ("precision", "int8"), ("grey", "no"), ("mean", [float("nan")] * 3)),
    ],
)
def test_a_card_that_cannot_be_names_the_key(path, key, value):
    change(path, **{key: value})
    with pytest.raises(UserError, match=rf"model\.json: damaged \({key}\); .*--format=safetensors"):
        model_file.read(path)


def test_a_missing_card_or_file_is_named(path):
    path.with_suffix(".json").rename(path.with_name("away"))
    with pytest.raises(UserError, match=r"model\.json cannot be read"):
        model_file.read(path)
    with pytest.raises(UserError, match=r"absent\.safetensors: there is no such"):
        model_file.read(path.with_name("absent.safetensors"))
    with pytest.raises(UserError, match=r"NAME\.safetensors"):
        model_file.read(path.with_name("model.npz"))


def test_a_changed_byte_is_noticed(path):
    """And a card that does not say the checksum is no excuse."""
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    for change_card in ({}, {"sha256": None}):
        change(path, **change_card)
        with pytest.raises(UserError, match=r"sha256"):
            model_file.read(path)


def test_the_card_of_something_else_is_refused(path):
    change(path, format="onnx")
    with pytest.raises(UserError, match=r"key format"):
        model_file.read(path)
    for version in (2, None):
        change(path, format=model_file.FORMAT, format_version=version)
        with pytest.raises(UserError, match=rf"format_version is {version}.*newer"):
            model_file.read(path)


@pytest.mark.parametrize(
    "arrays",
    [
        {"fc/kernel": np.ones(2, np.float32)},
        {"params": np.ones(2, np.float32), "params/fc": np.ones(2, np.float32)},
        {"params/a": np.ones(1, np.float32), "model_state/var": -np.ones(1, np.float32)},
        {"params/a": np.array([np.nan], np.float32), "model_state/b": np.ones(1, np.float32)},
    ],
)
def test_other_tensors_are_refused(path, arrays):
    save_file(arrays, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    change(path, sha256=digest)
    with pytest.raises(UserError, match=r"model\.safetensors"):
        model_file.read(path)


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "model.safetensors").mkdir()
    with pytest.raises(IsADirectoryError, match=r"model\.safetensors"):
        model_file.write(tmp_path / "model.safetensors", PARAMS, STATE, CARD)
    assert not [p for p in tmp_path.iterdir() if p.name.endswith(".tmp")]
