import numpy as np
import pytest

from data.rafdb import source as rafdb
from data.rafdb.source import list_source
from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError

LINES = ["test_0001.jpg 7", "train_00002.jpg 5", "train_00001.jpg 1"]


def test_lists_aligned_images_with_canonical_labels(rafdb_tree):
    source = rafdb_tree(LINES)
    listing = list_source(source)
    assert listing.classes == EXPRESSIONS[:7]
    assert list(listing.rows) == ["test_0001.jpg", "train_00002.jpg", "train_00001.jpg"]
    found = {
        split: [(item.name, listing.classes[item.label], item.file) for item in items]
        for split, items in listing.splits.items()
    }
    assert found == {
        "train": [
            ("train_00002.jpg", "sadness", "Image/aligned/train_00002_aligned.jpg"),
            ("train_00001.jpg", "surprise", "Image/aligned/train_00001_aligned.jpg"),
        ],
        "test": [("test_0001.jpg", "neutral", "Image/aligned/test_0001_aligned.jpg")],
    }
    assert all(item.image.is_file() for items in listing.splits.values() for item in items)


def test_an_image_that_the_list_does_not_name_is_left_out_and_listed(rafdb_tree, write):
    source = rafdb_tree(LINES)
    for name in ("train_00009_aligned.jpg", "._train_00001_aligned.jpg", "notes.txt"):
        write(source / "Image" / "aligned" / name, b"")
    assert list_source(source).notes == {
        "image without a row (left out)": [("", "Image/aligned/train_00009_aligned.jpg")]
    }


def test_all_seven_numbers(rafdb_tree):
    listing = list_source(rafdb_tree([f"train_0000{n}.jpg {n}" for n in range(1, 8)]))
    assert [listing.classes[item.label] for item in listing.splits["train"]] == [
        "surprise",
        "fear",
        "disgust",
        "happiness",
        "sadness",
        "anger",
        "neutral",
    ]


@pytest.mark.parametrize("line", ["train_1.jpg 8", "train_1.jpg", "valid_1.jpg 1", "train_1 1"])
def test_a_line_that_cannot_be_read_is_named(rafdb_tree, line):
    with pytest.raises(UserError, match=r"list_patition_label.txt line 2: .* found '" + line):
        list_source(rafdb_tree([LINES[0], line]))


def test_misplaced_sources_say_what_was_expected_where(tmp_path, rafdb_tree, write):
    with pytest.raises(UserError, match=r"EmoLabel/list_patition_label.txt is not there: RAF-DB's"):
        list_source(tmp_path)
    write(tmp_path / "EmoLabel" / "list_patition_label.txt", LINES[0])
    with pytest.raises(UserError, match=r"Image/aligned is not there: the folder of the aligned"):
        list_source(tmp_path)
    source = rafdb_tree(LINES)
    with pytest.raises(UserError, match=r"Annotation/auto is not there: the 37 points"):
        list_source(source, annotation="auto")


def _annotate(source, write, encode, points):
    for name, xy in points.items():
        write(source / "Image" / "original" / f"{name}.jpg", encode(0, 10, ".jpg"))
        lines = [f"{x}\t{y}" for x, y in xy]
        write(source / "Annotation" / "auto" / f"{name}_auto_attri.txt", "\n".join(lines) + "\n")


def test_automatic_points_are_moved_onto_the_aligned_images(rafdb_tree, write, encode, monkeypatch):
    source = rafdb_tree(LINES)
    xy = np.arange(74).reshape(37, 2) / 2
    _annotate(source, write, encode, {"train_00001": xy, "train_00002": xy + 1000})
    # Registration has tests of its own; here it fails for points beyond the image.
    monkeypatch.setattr(
        rafdb, "move_points", lambda points, *_: points / 2 if points.max() < 1000 else None
    )
    listing = list_source(source, annotation="auto")
    assert listing.scheme == "rafdb37"
    found = {item.name: item.points for items in listing.splits.values() for item in items}
    np.testing.assert_allclose(found["train_00001.jpg"], xy / 2)
    assert found["train_00002.jpg"] is None
    assert found["test_0001.jpg"] is None
    assert listing.notes["Annotation/auto not usable"] == [
        ("train", "train_00002.jpg"),
        ("test", "test_0001.jpg"),
    ]


def test_another_number_of_points_is_refused(rafdb_tree, write, encode):
    source = rafdb_tree(LINES)
    _annotate(source, write, encode, {"train_00001": np.zeros((36, 2))})
    with pytest.raises(UserError, match=r"train_00001_auto_attri.txt: 37 lines with x and y"):
        list_source(source, annotation="auto")


def test_one_annotation_that_cannot_be_read_costs_its_own_points_only(
    rafdb_tree, write, encode, monkeypatch
):
    source = rafdb_tree(LINES)
    good, bad = np.ones((37, 2)), np.zeros((36, 2))
    _annotate(source, write, encode, {"train_00001": good, "train_00002": bad, "test_0001": good})
    write(source / "Annotation" / "auto" / "test_0001_auto_attri.txt", b"\xff\xfe")
    monkeypatch.setattr(rafdb, "move_points", lambda points, *_: points)
    listing = list_source(source, annotation="auto")
    found = {item.name: item.points for items in listing.splits.values() for item in items}
    np.testing.assert_array_equal(found["train_00001.jpg"], good)
    named = listing.notes["Annotation/auto not usable"]
    assert {("train", "train_00002.jpg"), ("test", "test_0001.jpg")} <= set(named)
