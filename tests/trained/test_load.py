"""What predicts comes back from a work folder and from a model file, by its card alone."""

import dataclasses
import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.checkpoint import best, metadata, model_file
from lanet_jax.devices import mesh
from lanet_jax.errors import UserError
from lanet_jax.images import pixels
from lanet_jax.input.reading import Reading
from lanet_jax.shipped import SHIPPED
from lanet_jax.trained import network as trained_network
from lanet_jax.trained.load import load, place

# As runs wrote it before cards said the precision, and whether the images were grey.
CARD = {
    "classes": ["anger", "fear", "neutral"],
    **{"size": 16, "depth": 18, "width": 2, "stem": "small", "method": "lanet"},
    **{"mean": [0.5, 0.5, 0.5], "std": [0.25, 0.25, 0.25]},
}
FULL = metadata.completed(CARD)


@pytest.fixture(scope="module")
def one():
    return mesh.make(1, jax.devices()[:1])


@pytest.fixture(scope="module")
def arrays():
    rng = np.random.default_rng(0)
    return jax.tree.map(
        lambda x: jnp.asarray(rng.uniform(0.1, 0.5, x.shape), x.dtype), trained_network.shapes(FULL)
    )


@pytest.fixture(scope="module")
def run(arrays, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    (folder / "config.json").write_text(json.dumps({"method": "lanet", "lde": {}}))
    state = type("State", (), arrays)
    best.save(folder, 7, state, trained_network.method(FULL), CARD)
    return folder


def test_the_runs_config_does_not_matter(run, arrays, one):
    trained = load(run, "best", one)
    assert (trained.step, trained.card) == (7, FULL)
    jax.tree.map(np.testing.assert_array_equal, trained.params, arrays["params"])
    jax.tree.map(np.testing.assert_array_equal, trained.model_state, arrays["model_state"])


def test_a_model_file_predicts_as_its_run(run, one, tmp_path):
    trained = load(run, "best", one)
    path = tmp_path / "model.safetensors"
    model_file.write(path, trained.params, trained.model_state, {**trained.card, "step": 7})
    read = load(path, "last", one)
    assert read.step == 7
    images = np.random.default_rng(1).integers(0, 256, (2, 16, 16, 3), np.uint8)
    ours, theirs = (t.predict(t.params, t.model_state, images)[0] for t in (trained, read))
    np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_allclose(np.sum(ours, axis=1), 1, atol=1e-6)
    for step in ("7", True, None):  # of a card that somebody edited
        model_file.write(path, trained.params, trained.model_state, {**trained.card, "step": step})
        assert load(path, "last", one).step == 0
    with pytest.raises(UserError, match=r"step=best: .*model\.safetensors is one model"):
        load(path, "best", one)


class Records:
    """Three drawn images."""

    names = ("a", "b", "c")

    def __len__(self):
        return 3

    def read(self, row, size, resample="linear"):
        return np.random.default_rng(row).integers(0, 256, (16, 16, 3), np.uint8), None, None


def test_records_are_predicted_in_their_order(run, one):
    trained, records, reading = load(run, "best", one), Records(), Reading(2, 0, 1)
    images = np.stack([records.read(row, 0)[0] for row in range(3)])
    expected = trained.predict(trained.params, trained.model_state, images)
    for ours, theirs in zip(trained.predict_records(records, reading), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    p = trained.classify_records(records, reading)
    np.testing.assert_allclose(p, expected[0], rtol=1e-4, atol=1e-6)


def test_a_network_that_was_trained_on_grey_images_sees_no_colours(run, one):
    trained, records, reading = load(run, "best", one), Records(), Reading(3, 0, 1)
    of_grey = dataclasses.replace(trained, card={**trained.card, "grey": True})
    images = np.stack([pixels.greyed(records.read(row, 0)[0]) for row in range(3)])
    _, expected = trained.predict(trained.params, trained.model_state, images)
    _, found = of_grey.predict_records(records, reading)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    assert not np.allclose(found, trained.predict_records(records, reading)[1], rtol=1e-2)


def test_a_file_of_another_network_is_refused(arrays, one, tmp_path):
    path = tmp_path / "model.safetensors"
    model_file.write(path, arrays["params"], arrays["model_state"], {**FULL, "width": 3})
    with pytest.raises(UserError, match=r"model\.safetensors: does not hold the network"):
        load(path, "last", one)
    with pytest.raises(UserError, match="there is no such model file"):
        load(tmp_path / "absent.safetensors", "last", one)
    with pytest.raises(UserError, match=r"holds models \(model.safetensors\)"):
        load(tmp_path, "last", one)


def test_the_bundled_network_goes_by_its_name_unless_a_path_has_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert place("bundled") == place(Path("bundled")) == SHIPPED
    assert place("./bundled") == Path("bundled")
    (tmp_path / "bundled").mkdir()
    assert place("bundled") == Path("bundled")
