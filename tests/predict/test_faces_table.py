import csv
import importlib.util
import json
import os

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.predict import faces_table
from lanet_jax.predict.face_rows import Row
from lanet_jax.predict.faces_table import Table


@pytest.fixture
def table():
    face = Row("a, b.png", 0, "face", (1.0, 2.0, 3.5, 4.0), 0.75, "fear", (0.25, 0.75))
    return Table(
        ("anger", "fear"),
        [
            face,
            Row("film.mp4", 7, "no face", time=0.7),
            Row("c.png", 0, "error", error="the file is empty"),
        ],
    )


def test_csv(table, tmp_path):
    table.write(tmp_path / "t.csv")
    with open(tmp_path / "t.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        *("file", "frame", "time", "status", "left", "upper", "right", "lower", "score", "top"),
        *("anger", "fear", "note", "error"),
    ]
    assert rows[0]["file"] == "a, b.png"
    assert float(rows[0]["right"]) == 3.5
    assert (float(rows[0]["anger"]), rows[0]["top"]) == (0.25, "fear")
    assert rows[1]["status"] == "no face"
    assert rows[1]["frame"] == "7"
    assert rows[1]["fear"] == rows[1]["top"] == ""
    assert rows[2]["error"] == "the file is empty"
    assert [f.name for f in tmp_path.iterdir()] == ["t.csv"]


def test_the_folder_of_a_table_is_made_when_it_is_written(table, tmp_path):
    faces_table.check(tmp_path / "new/er/t.csv")
    assert not (tmp_path / "new").exists()
    table.write(tmp_path / "new/er/t.csv")
    assert (tmp_path / "new/er/t.csv").is_file()


def test_json(table, tmp_path):
    table.write(tmp_path / "t.JSON")
    content = json.loads((tmp_path / "t.JSON").read_text())
    assert content["classes"] == ["anger", "fear"]
    face, nothing, broken = content["rows"]
    assert face["probabilities"] == {"anger": 0.25, "fear": 0.75}
    assert face["box"] == {"left": 1.0, "upper": 2.0, "right": 3.5, "lower": 4.0}
    assert nothing["box"] is nothing["probabilities"] is nothing["error"] is None
    assert broken["error"] == "the file is empty"


def test_an_empty_table(tmp_path):
    empty = Table(("anger",), [])
    assert empty.probabilities.shape == (0, 1)
    empty.write(tmp_path / "t.json")
    assert json.loads((tmp_path / "t.json").read_text())["rows"] == []
    empty.write(tmp_path / "t.csv")
    assert len((tmp_path / "t.csv").read_text().splitlines()) == 1


@pytest.mark.parametrize("rows", [slice(None), slice(1, 3), slice(0, 0)])
def test_parquet(table, tmp_path, rows):
    parquet = pytest.importorskip("pyarrow.parquet")
    Table(table.classes, table.rows[rows]).write(tmp_path / "t.parquet")
    found = parquet.read_table(tmp_path / "t.parquet")
    assert found.to_pydict() == Table(table.classes, table.rows[rows]).columns()
    kinds = {field.name: str(field.type) for field in found.schema}
    assert (kinds["frame"], kinds["fear"], kinds["error"]) == ("int64", "double", "string")


def test_parquet_without_pyarrow(table, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'lanet_jax\[parquet\]'"):
        table.write(tmp_path / "t.parquet")


def test_names_that_cannot_be_written(table, tmp_path):
    with pytest.raises(UserError, match=r"\.csv, \.json, \.parquet"):
        table.write(tmp_path / "t.xlsx")
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file is not a folder: choose another"):
        faces_table.check(tmp_path / "file" / "t.csv")
    os.mkfifo(tmp_path / "t.csv")
    with pytest.raises(UserError, match="is a pipe"):  # before hours of work
        faces_table.check(tmp_path / "t.csv")


def test_probabilities_and_summary(table):
    np.testing.assert_array_equal(table.probabilities[0], [0.25, 0.75])
    assert np.isnan(table.probabilities[1:]).all()
    first, line = table.summary().splitlines()
    assert first == ("2 images and 1 frame of 1 video: 1 face in 1, 1 without a face, 1 broken")
    assert line == "  c.png: the file is empty"
    assert "2 images and 1 frame" in repr(table)


def image(name, frame=0, status="face"):
    return Row(name, frame, status)


def shot(name, frame, status="face"):
    return Row(name, frame, status, time=frame / 10)


@pytest.mark.parametrize(
    ("rows", "read"),
    [
        ([], "0 images"),
        ([image("a.png")], "1 image"),
        ([image("a.png"), image("a.png"), image("b.png", status="error")], "2 images"),
        ([image("array", 0), image("array", 1)], "2 images"),
        ([shot("a.mp4", 0)], "1 frame of 1 video"),
        ([shot("a.mp4", 0), shot("a.mp4", 0), shot("a.mp4", 1, "no face")], "2 frames of 1 video"),
        ([shot("a.mp4", 0), shot("b.ts", 0)], "2 frames of 2 videos"),
        ([shot("a.ts", 0), image("a.ts", 1, "error")], "1 frame of 1 video"),  # it breaks off
        ([image("a.MKV", 0, "error")], "0 frames of 1 video"),
        ([image("a.jpg"), image("b.avi", 0, "error")], "1 image and 0 frames of 1 video"),
        (
            [image(f"{i}.png") for i in range(14)] + [shot("clip.mp4", i) for i in range(12)],
            "14 images and 12 frames of 1 video",
        ),
    ],
)
def test_frames_of_videos_are_no_images(rows, read):
    assert Table(("fear",), rows).summary().startswith(f"{read}: ")


def test_many_broken_files_are_not_all_printed():
    many = Table(("fear",), [Row(f"{i}.png", 0, "error", error="empty") for i in range(30)])
    lines = many.summary().splitlines()
    assert len(lines) == 12
    assert "20 more" in lines[-1]


def test_names_of_broken_files_move_no_cursor():
    table = Table(("fear",), [Row("a\n\x1b[2J.png", 0, "error", error="empty")])
    assert table.summary().splitlines()[1] == r"  a\n\x1b[2J.png: empty"


def test_a_class_with_a_columns_name():
    table = Table(("top", "fear"), [Row("a", 0, "face", (0, 0, 1, 1), 1.0, "top", (0.9, 0.1))])
    assert table.columns()["class:top"] == [0.9]
    assert table.columns()["top"] == ["top"]
