"""A run is resumed with what it was begun with; what it needs no more may go."""

import json
import shutil

import cv2
import numpy as np
import pytest

from configs import demo
from data import prepare
from lanet_jax.errors import UserError
from lanet_jax.from_config import config as config_lib
from lanet_jax.from_config import data as build_data
from lanet_jax.from_config import evaluation
from lanet_jax.run import folder as run_folder
from lanet_jax.run import lock
from lanet_jax.train import begin as begin_lib


@pytest.fixture(autouse=True)
def unlocked(monkeypatch):
    monkeypatch.setattr(lock, "hold", lambda workdir: workdir.mkdir(exist_ok=True))


@pytest.fixture
def make(data_dir, tmp_path):
    """Begins a run, or resumes it, without training."""

    def begin(**changes):
        c = demo.get_config("tiny")
        c.method, c.data.dir, c.data.limit, c.optim.batch_size = "ce", str(data_dir), 24, 8
        c.update_from_flattened_dict({k.replace("__", "."): v for k, v in changes.items()})
        return begin_lib.begin(config_lib.resolve(c), tmp_path / "run", [])

    return begin


@pytest.fixture
def begun(make, tmp_path):
    """The folder of a run that has a row."""
    make()
    _begin(tmp_path / "run")
    return tmp_path / "run"


def _begin(folder):
    (folder / "metrics.jsonl").write_text('{"step": 1, "epoch": 0.5, "split": "train"}\n')


def test_the_data_may_move_and_no_others_may_take_their_place(make, begun, data_dir, tmp_path):
    moved = shutil.copytree(data_dir, tmp_path / "moved")
    make(data__dir=str(moved))
    other = tmp_path / "other"
    prepare.main(
        ["demo", "--train", "96", "--test", "40", "--size", "25", "--data_dir", str(other)]
    )
    before = (begun / "inputs.json").read_text()
    with pytest.raises(UserError, match=r"begun with other data: .*images.* of data\.train"):
        make(data__dir=str(other))
    assert (begun / "inputs.json").read_text() == before
    c = run_folder.load_config(begun)
    c.data.dir = str(other)
    with pytest.raises(UserError, match="begun with other data"):  # the audit, figures, agreement
        build_data.data(c, begun)


def test_data_without_a_table_are_the_same_data(make, begun, data_dir, tmp_path):
    moved = shutil.copytree(data_dir, tmp_path / "moved")
    for path in moved.rglob("table-*.npz"):
        path.unlink()
    make(data__dir=str(moved))


def test_a_run_that_came_to_nothing_binds_no_data(make, data_dir, tmp_path):
    make()
    other = tmp_path / "other"
    prepare.main(
        ["demo", "--train", "96", "--test", "40", "--size", "25", "--data_dir", str(other)]
    )
    make(data__dir=str(other))


def test_a_label_file_is_needed_once(make, data_dir, tmp_path, monkeypatch):
    names = make().data.train.names
    shutil.rmtree(tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text(f"name,given,true\n{names[0]},fear,\n")
    given = make(noise__kind="file", noise__file="list.csv").data.given
    _begin(tmp_path / "run")
    stored = json.loads((tmp_path / "run" / "config.json").read_text())
    assert stored["noise"]["file"] == str(tmp_path / "list.csv")
    (tmp_path / "list.csv").unlink()
    again = make(noise__kind="file", noise__file="list.csv")
    np.testing.assert_array_equal(again.data.given, given)
    monkeypatch.chdir("/")
    loaded = run_folder.load_config(tmp_path / "run")
    found = build_data.data(loaded, tmp_path / "run")
    np.testing.assert_array_equal(found.given, given)
    (tmp_path / "run" / "labels.csv").unlink()
    with pytest.raises(UserError, match=r"list\.csv"):  # now it is needed, and is not there
        build_data.data(loaded, tmp_path / "run")


def test_pretrained_weights_are_needed_until_there_is_a_checkpoint(make, begun):
    shutil.rmtree(begun)
    with pytest.raises(UserError, match=r"weights\.safetensors"):
        make(model__pretrained="weights.safetensors")
    make(model__pretrained="")
    stored = json.loads((begun / "config.json").read_text())
    stored["model"]["pretrained"] = str(begun / "weights.safetensors")
    (begun / "config.json").write_text(json.dumps(stored))
    (begun / "checkpoints" / "3").mkdir(parents=True)
    make(model__pretrained=str(begun / "weights.safetensors"))


def test_paths_from_home_stay_so(monkeypatch):
    c = demo.get_config("tiny")
    c.data.dir = "~/prepared"
    assert config_lib.resolve(c).data.dir == "~/prepared"
    c.data.dir = "prepared"
    monkeypatch.chdir("/")
    assert config_lib.resolve(c).data.dir == "/prepared"


def test_the_card_says_which_run_a_checkpoint_is_of(make, begun):
    own = make().card["run"]
    assert own["config"]["method"] == "ce" and own["config"]["data.limit"] == 24
    assert own["labels"] == (begun / "labels.sha256").read_text().split()[0]


def test_opening_the_evaluated_splits_decodes_no_image(begun, monkeypatch):
    monkeypatch.setattr(cv2, "imdecode", None)
    (test,) = evaluation.evaluated_splits(run_folder.load_config(begun), "", "", "").splits.values()
    assert len(test) == 40
