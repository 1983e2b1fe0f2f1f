import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds

from data.ferplus.ferplus_dataset_builder import Builder
from data.record_fields import Record, Schema, example, features, metadata

SCHEMA = Schema(("a", "b"), points=2, scheme="mine", flip_index=(1, 0), votes=("v", "w", "x"))


def test_features_stand_only_where_there_is_something():
    assert set(features(("a", "b"))) == {"id", "name", "image", "label"}
    full = features(("b", "a"), points=5, votes=("v", "w"))
    assert full["label"].names == ["b", "a"]
    assert (full["landmarks"].shape, full["landmarks"].np_dtype) == ((5, 2), np.float32)
    assert (full["present"].shape, full["present"].np_dtype) == ((5,), np.bool_)
    assert (full["votes"].shape, full["votes"].np_dtype) == ((2,), np.int32)


def test_metadata_has_the_four_keys():
    assert metadata(SCHEMA) == {
        "classes": ["a", "b"],
        "scheme": "mine",
        "flip_index": [1, 0],
        "votes": ["v", "w", "x"],
    }
    assert metadata(Schema(("a",))) == {
        "classes": ["a"],
        "scheme": "",
        "flip_index": [],
        "votes": [],
    }


def test_unknown_landmarks_are_absent_zeros():
    votes = np.array([1, 2, 3])
    without = example(Record(0, "n", b"i", 1, votes=votes), SCHEMA)
    np.testing.assert_array_equal(without["landmarks"], np.zeros((2, 2)))
    np.testing.assert_array_equal(without["present"], [False, False])
    points = np.array([[0.25, 0.5], [0.75, 1.0]])
    known = example(Record(0, "n", lambda: b"late", 1, landmarks=points, votes=votes), SCHEMA)
    np.testing.assert_array_equal(known["present"], [True, True])
    assert known["image"] == b"late"


def test_what_is_written_is_read_back_without_tensorflow(tmp_path, encode):
    points = np.array([[0.25, 0.5], [0.75, 1.0]], np.float32)
    present = np.array([True, False])
    records = [
        Record(1, "b.png", encode(1), 0, points, present, np.array([0, 4, 6])),
        Record(0, "a.png", lambda: encode(2, channels=1), 1, votes=np.array([1, 0, 9])),
    ]
    builder = Builder(
        schema=SCHEMA, splits={"train": records}, data_dir=tmp_path, config="majority"
    )
    tfds.disable_progress_bar()
    builder.download_and_prepare()
    folder = Path(builder.data_path)
    assert folder == tmp_path / "ferplus" / "majority" / "1.0.0"
    assert json.loads((folder / "metadata.json").read_text()) == dict(metadata(SCHEMA))
    read = tfds.builder_from_directory(str(folder))
    assert "votes of ten annotators" in read.info.description
    skip = {"image": tfds.decode.SkipDecoding()}
    found = {int(r["id"]): r for r in read.as_data_source("train", decoders=skip)}
    assert found[1]["name"] == b"b.png"
    assert found[1]["image"] == encode(1)
    assert (int(found[1]["label"]), int(found[0]["label"])) == (0, 1)
    np.testing.assert_array_equal(found[1]["landmarks"], points)
    np.testing.assert_array_equal(found[1]["present"], present)
    np.testing.assert_array_equal(found[0]["votes"], [1, 0, 9])
    grey = next(r for r in read.as_data_source("train") if r["id"] == 0)["image"]
    assert grey.shape == (8, 8, 3)


def test_a_label_beyond_the_classes_is_refused(tmp_path, encode):
    builder = Builder(
        schema=Schema(("a",)), splits={"train": [Record(0, "n", encode(0), 1)]}, data_dir=tmp_path
    )
    with pytest.raises(Exception, match="greater than configured num_classes"):
        builder.download_and_prepare()
    assert not Path(builder.data_path).exists()
