"""What is opened of a source: prepared data or its newest version, a list without what it lacks."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from lanet_jax.audit import labelled_faces
from lanet_jax.errors import UserError


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    """A dataset of two versions; instead of opening a split, its folder and name are told."""
    monkeypatch.setattr(labelled_faces.records, "open_split", lambda *asked: asked)
    for version in ("1.9.0", "1.10.0"):
        (tmp_path / "demo" / version).mkdir(parents=True)
        (tmp_path / "demo" / version / "dataset_info.json").touch()
    return tmp_path


@pytest.mark.parametrize(("split", "opened"), [("", "train"), ("test", "test")])
def test_prepared_data_are_audited_in_train_unless_a_split_is_named(prepared, split, opened):
    newest, older = (prepared / "demo" / version for version in ("1.10.0", "1.9.0"))
    assert labelled_faces._opened(Path("demo"), prepared, split, "") == (newest, opened)
    assert labelled_faces._opened(newest.parent, Path("none"), split, "") == (newest, opened)
    assert labelled_faces._opened(older, Path("none"), split, "") == (older, opened)


def test_classes_of_prepared_data_cannot_be_renamed(prepared):
    for source in ("demo", "demo/1.9.0"):
        with pytest.raises(UserError, match=f"--classes: {prepared / source} is prepared"):
            labelled_faces._opened(Path(source), prepared, "", "joy=happiness")


def test_an_image_that_is_absent_or_listed_again_is_left_out_and_told(tmp_path, capsys):
    for i in range(4):
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.full((8, 8, 3), i, np.uint8))
    faces = ["0.png,anger", "absent.png,anger", "1.png,fear", "1.png,anger", "2.png,anger"]
    (tmp_path / "list.csv").write_text("\n".join(["path,label", *faces, "3.png,fear"]))
    found = labelled_faces._opened(tmp_path / "list.csv", tmp_path, "", "")
    assert found.names == ("0.png", "1.png", "2.png", "3.png")
    assert [found.classes[label] for label in found.labels] == ["anger", "fear", "anger", "fear"]
    said = capsys.readouterr().out
    assert "1, the first is absent.png" in said
    assert "1, the first is 1.png is fear and anger here" in said
