"""A run is bound to its data, wherever they lie, and to what it read of its files."""

import pytest

from lanet_jax.errors import UserError
from lanet_jax.run import inputs

DATA = {
    "data.train": {"names": "1", "labels": "2", "images": "3"},
    "data.test test": {"names": "4", "labels": "5", "images": "6"},
}


def _changed(split, what, value):
    return {**DATA, split: {**DATA[split], what: value}}


def test_the_same_data_are_taken_and_others_named(tmp_path):
    inputs.check(tmp_path, DATA)  # nothing is noted yet
    inputs.bind(tmp_path, DATA, {}, begun=False)
    inputs.check(tmp_path, DATA)
    inputs.bind(tmp_path, DATA, {}, begun=True)
    for change in (
        _changed("data.train", "images", "x"),
        {split: DATA[split] for split in ("data.train",)},
    ):
        with pytest.raises(UserError, match="was begun with other data"):
            inputs.check(tmp_path, change)
    with pytest.raises(UserError, match=r"images of data\.train differ"):
        inputs.bind(tmp_path, _changed("data.train", "images", "x"), {}, begun=True)


def test_a_part_of_the_data_is_compared_with_that_part(tmp_path):
    inputs.bind(tmp_path, DATA, {}, begun=False)
    train = {"data.train": DATA["data.train"]}
    inputs.check(tmp_path, train, whole=False)
    with pytest.raises(UserError, match="was begun with other data"):
        inputs.check(tmp_path, train)
    with pytest.raises(UserError, match=r"labels of data\.train differ"):
        inputs.check(tmp_path, {"data.train": {**train["data.train"], "labels": "x"}}, whole=False)


def test_differences_are_told_by_split():
    assert inputs.differences(DATA, DATA) == []
    other = {**_changed("data.train", "labels", "x"), "data.test valid": {"names": "7"}}
    assert inputs.differences(DATA, other) == ["names of data.test valid", "labels of data.train"]


def test_a_run_of_an_earlier_version_is_bound_from_now_on_with_a_line(tmp_path, capsys):
    inputs.bind(tmp_path, DATA, {}, begun=True)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"note: {tmp_path} has no inputs.json") and "cannot be verified" in line
    with pytest.raises(UserError, match="labels"):
        inputs.check(tmp_path, _changed("data.train", "labels", "x"))


def test_a_file_that_changed_is_told_and_one_that_is_gone_is_not_needed(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / "labels.txt"
    file.write_text("a fear")
    given = {"noise.file": str(file), "model.pretrained": str(tmp_path / "absent")}
    inputs.bind(tmp_path, DATA, given, begun=False)
    for written in (str(file), "~/labels.txt"):
        assert inputs.is_same_file(tmp_path, "noise.file", written)
    assert not inputs.is_same_file(tmp_path, "model.pretrained", str(tmp_path / "absent"))
    file.write_text("a anger")
    inputs.bind(tmp_path, DATA, given, begun=True)
    (line,) = capsys.readouterr().err.splitlines()
    assert f"--config.noise.file={file} was changed since the run began" in line
    assert not inputs.is_same_file(tmp_path, "noise.file", str(file))
    file.unlink()
    inputs.bind(tmp_path, DATA, given, begun=True)
    assert not capsys.readouterr().err


@pytest.mark.parametrize("text", ["{", "[]", '{"data": 1}', '{"data": {"a": 1}}', '{"files": []}'])
def test_a_damaged_note_is_named(tmp_path, text):
    (tmp_path / "inputs.json").write_text(text)
    with pytest.raises(UserError, match=r"inputs\.json .*restore it"):
        inputs.check(tmp_path, DATA)
