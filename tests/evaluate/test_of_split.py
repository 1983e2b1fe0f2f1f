"""A model file is evaluated on data that the command names, as it predicts."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from data.folder.folder_dataset_builder import Builder
from data.record_fields import Record, Schema
from lanet_jax.checkpoint import model_file
from lanet_jax.errors import UserError
from lanet_jax.evaluate.__main__ import evaluate
from lanet_jax.predict.predictor import load
from tests.export import networks

SIDES = (12, 16, 20, 24, 18)  # px, of the images


def images():
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (side, side, 3)).astype(np.uint8) for side in SIDES]


@pytest.fixture
def data_dir(tmp_path):
    """A split of coloured images of several sizes; the network has more classes."""
    records = [
        Record(i, f"{i}.png", cv2.imencode(".png", image[..., ::-1])[1].tobytes(), i % 2)
        for i, image in enumerate(images())
    ]
    schema = Schema(("happiness", "anger"))
    Builder(schema=schema, splits={"test": records}, data_dir=tmp_path).download_and_prepare()
    return str(tmp_path)


@pytest.fixture
def write(tmp_path):
    def call(name="net", **said):
        card = {**networks.card("ce", 18, "small", 16), "step": 9, **said}
        path = tmp_path / f"{name}.safetensors"
        model_file.write(path, *networks.network(card), card)
        return path

    return call


@pytest.mark.parametrize("said", [{}, {"grey": True}, {"resample": "cubic"}])
def test_a_model_file_says_of_data_what_it_predicts(write, data_dir, tmp_path, said, capsys):
    model = write(**said)
    evaluate(model, data="folder", split="test", data_dir=data_dir)
    folder = tmp_path / "evaluation" / "test-folder"
    rows = [line.split(",") for line in (folder / "predictions.csv").read_text().splitlines()[1:]]
    assert [row[1] for row in rows] == ["happiness", "anger", "happiness", "anger", "happiness"]
    predicted = load(model).predict(images(), faces="whole")
    expected = np.stack([predicted.columns()[name] for name in networks.CLASSES], axis=1)
    np.testing.assert_allclose(np.array([row[3:] for row in rows], float), expected, atol=1e-5)
    told = capsys.readouterr().out
    assert "note: net.safetensors does not say which faces it was trained on" in told
    assert "note: folder, split test, has no class fear, neutral" in told


def test_its_result_says_what_its_export_changed(write, data_dir, tmp_path):
    asked = {"data": "folder", "split": "test", "data_dir": data_dir}
    evaluate(write(temperature=2.0, exported_from="origin"), **asked)
    folder = tmp_path / "evaluation" / "test-folder"
    numbers = json.loads((folder / "metrics.json").read_text())
    assert (numbers["step"], numbers["network"], numbers["temperature"]) == (9, "origin", 2)
    other = write("other", exported_from="origin")
    with pytest.raises(UserError, match="test-folder is the result of another network"):
        evaluate(other, **asked)
    evaluate(other, out=tmp_path / "mine", **asked)
    numbers = json.loads((tmp_path / "mine" / "test-folder" / "metrics.json").read_text())
    assert "temperature" not in numbers


def test_what_is_missing_is_asked_for(write, data_dir, tmp_path):
    model = write()
    for asked in ({}, {"data": "folder"}, {"split": "test"}):
        with pytest.raises(UserError, match=r"net\.safetensors has no data.*--data and --split"):
            evaluate(model, data_dir=data_dir, **asked)
    with pytest.raises(UserError, match=r"--workdir=bundled needs --out=DIR"):
        evaluate(Path("bundled"), data="folder", split="test")
    with pytest.raises(UserError, match="one model; only a run's work folder has steps"):
        evaluate(model, step="best", data="folder", split="test", data_dir=data_dir)
    with pytest.raises(UserError, match=r"--out=.*: the results of a run lie in its folder"):
        evaluate(tmp_path, out=tmp_path / "mine")
    assert not (tmp_path / "evaluation").exists()
