"""The name of an evaluation's folder says what tells it from the run's own result."""

import json

import pytest

from lanet_jax.errors import UserError
from lanet_jax.evaluate.places import digest, place, place_of_model
from lanet_jax.run import inputs
from lanet_jax.run.paths import RunFolder

TEST = {"names": "1", "labels": "2", "images": "3"}
TRAIN = {"names": "4", "labels": "5", "images": "6"}
OTHER = {"names": "1", "labels": "2", "images": "x"}


@pytest.fixture
def run(tmp_path):
    inputs.bind(tmp_path, {"data.train": TRAIN, "data.test test": TEST}, {}, begun=False)
    for step in (3, 6):
        (tmp_path / "checkpoints" / str(step)).mkdir(parents=True)
    return tmp_path


def _name(run, *arguments, **more):
    folder = place(run, *arguments, **more)
    assert folder.parent == run / "evaluation"
    return folder.name


def test_the_run_s_own_data_have_the_split_s_name_wherever_they_lie(run):
    assert _name(run, "test", TEST, 6) == "test"
    assert _name(run, "test", TEST, 6, data_dir="/moved") == "test"
    assert _name(run, "test", TEST, 6, data="demo", data_dir="/moved") == "test"
    assert _name(run, "train", TRAIN, 6) == "train"
    assert _name(run, "valid", OTHER, 6) == "valid"  # a split that training did not open


def test_what_is_not_the_run_s_own_says_so_by_its_name(run):
    names = [
        _name(run, "test", OTHER, 6, data="demo"),
        _name(run, "test", OTHER, 6, data="ferplus/argmax8"),
        _name(run, "test", OTHER, 6, data_dir="/other"),
        _name(run, "test", TRAIN | {"images": "y"}, 6, data_dir="/other"),
        _name(run, "test", OTHER, 6, data="demo", data_dir="/other"),
        _name(run, "test", TEST, 3),
        _name(run, "test", OTHER, 3, data="demo"),
    ]
    assert names[:2] == ["test-demo", "test-ferplus-argmax8"]
    assert names[5:] == ["test-step-3", "test-demo-step-3"]
    assert names[4] == f"test-demo-{names[2].removeprefix('test-')}"
    assert len({"test", *names}) == 8


def test_own_data_that_were_exchanged_are_refused(run):
    with pytest.raises(UserError, match=r"images of test differ .*--data_dir"):
        place(run, "test", OTHER, 6)


def test_a_split_that_only_was_evaluated_keeps_its_result_when_its_data_are_exchanged(run):
    folder = place(run, "valid", TRAIN | {"images": "y"}, 6)
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text(f'{{"data": "{digest(TRAIN | {"images": "y"})}"}}')
    assert _name(run, "valid", TRAIN | {"images": "y"}, 6) == "valid"
    with pytest.raises(UserError, match=r"valid is the result on other data.*--data_dir"):
        place(run, "valid", OTHER, 6)
    assert _name(run, "valid", OTHER, 6, data_dir="/other") == f"valid-{digest(OTHER)}"
    for asked in ({"step": 3}, {"data": "demo", "step": 6}):
        other = place(run, "valid", TRAIN | {"images": "y"}, **asked)
        other.mkdir(parents=True)
        (other / "metrics.json").write_text((folder / "metrics.json").read_text())
        with pytest.raises(UserError, match=other.name):
            place(run, "valid", OTHER, **asked)
    (folder / "metrics.json").write_text("{}")  # an earlier version's
    assert _name(run, "valid", OTHER, 6) == "valid"


def test_a_run_of_an_earlier_version_has_its_results_where_they_were(run):
    RunFolder(run).inputs.unlink()
    assert _name(run, "test", TEST, 6) == "test"
    assert _name(run, "test", TEST, 6, data="demo") == "test-demo"


def test_the_short_name_of_data_is_of_their_checksums_in_any_order():
    assert digest(dict(reversed(TEST.items()))) == digest(TEST) != digest(OTHER)


def test_a_model_file_s_result_says_its_data_and_keeps_what_is_there(tmp_path):
    network = {"network": "n", "temperature": 2.0}
    folder = place_of_model(tmp_path, "test", TEST, network, "ferplus/argmax8")
    assert folder == tmp_path / "test-ferplus-argmax8"
    folder.mkdir()
    before = {"step": 3, "data": digest(TEST), **network}
    (folder / "metrics.json").write_text(json.dumps(before))
    assert place_of_model(tmp_path, "test", TEST, network, "ferplus/argmax8") == folder
    for data, other in (
        (OTHER, network),
        (TEST, {"network": "m", "temperature": 2.0}),
        (TEST, {"network": "n"}),
        (TEST, {**network, "balance_power": 1.0}),
    ):
        with pytest.raises(UserError, match=r"of another network or on other data.*--out"):
            place_of_model(tmp_path, "test", data, other, "ferplus/argmax8")
