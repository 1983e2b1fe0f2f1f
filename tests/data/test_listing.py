from pathlib import Path

import pytest

from data.images import Crop
from data.listing import (
    CONFLICT,
    MISSING,
    REPEATED,
    Item,
    Listing,
    check_classes,
    drop_empty_splits,
    drop_missing,
    expect,
    keep_first,
    remark_absent_classes,
)
from lanet_jax.errors import UserError


def _listing(**splits):
    return Listing(classes=("a", "b"), splits=splits)


def test_expressions_in_another_order_are_refused():
    check_classes(Listing(("anger", "fear", "neutral", "a", "awe"), {}))
    with pytest.raises(UserError) as caught:
        check_classes(Listing(("happiness", "awe", "anger"), {}))
    assert str(caught.value) == (
        "the reader of this dataset lists the classes happiness, awe, anger: expressions must come "
        "in the order of lanet_jax.classes.EXPRESSIONS (anger, happiness); correct "
        "Listing.classes, and the labels with it"
    )


def test_the_first_of_a_name_is_kept():
    listing = _listing(
        train=[Item("1", "x/1", b"", 0), Item("1", "y/1", b"", 1), Item("2", "x/2", b"", 0)],
        test=[Item("2", "z/2", b"", 1), Item("3", "z/3", b"", 1), Item("1", "z/1", b"", 0)],
    )
    keep_first(listing)
    assert {s: [i.file for i in items] for s, items in listing.splits.items()} == {
        "train": ["x/1", "x/2"],
        "test": ["z/3"],
    }
    assert listing.notes == {
        CONFLICT: [("train", "y/1 is a and b here"), ("test", "z/2 is a in train and b here")],
        REPEATED: [("test", "z/1 (first in train)")],
    }


def test_missing_files_are_left_out_and_noted(tmp_path, write):
    there = write(tmp_path / "1.png", b"x")
    absent = tmp_path / "2.png"
    listing = _listing(
        train=[
            Item("1", "1.png", there, 0),
            Item("2", "2.png", absent, 0),
            Item("3", "2.png", Crop(absent, 0, 0, 1, 1), 0),
            Item("4", "row 4", b"pixels", 0),
        ]
    )
    drop_missing(listing)
    assert [item.name for item in listing.splits["train"]] == ["1", "4"]
    assert listing.notes[MISSING] == [("train", "2.png"), ("train", "2.png")]


def test_a_split_without_any_file_is_an_error():
    with pytest.raises(UserError, match=r"none of the 1 images of split 'test' .* imgs/2.png"):
        drop_missing(_listing(test=[Item("2", "imgs/2.png", Path("/absent/imgs/2.png"), 0)]))


def test_the_missing_file_that_is_named_is_the_one_that_was_expected():
    items = [Item(f"{i}", f"{i}.png", Path(f"/absent/{i}.png"), 0) for i in range(3)]
    with pytest.raises(UserError, match=r"0\.png was expected as /absent/0\.png;"):
        drop_missing(_listing(train=items))


def test_expect_names_path_and_purpose(tmp_path):
    assert expect(tmp_path, "a folder") == tmp_path
    with pytest.raises(UserError, match=r"labels.txt is not there: the list was expected"):
        expect(tmp_path / "labels.txt", "the list")


def test_splits_without_an_image_are_left_out_and_told():
    listing = _listing(train=[Item("1", "1", b"", 0)], test=[])
    drop_empty_splits(listing)
    assert list(listing.splits) == ["train"]
    assert listing.remarks == ["split test left out: no image of it is left"]
    listing = _listing(train=[])
    listing.note("no vote (left out)", "train", "1.png")
    with pytest.raises(UserError, match=r"no image is left to prepare: 1 no vote \(left out\)"):
        drop_empty_splits(listing)


def test_classes_that_a_split_lacks_are_told():
    listing = _listing(valid=[Item("1", "1", b"", 0)], test=[Item("2", "2", b"", 1)])
    remark_absent_classes(listing)
    assert listing.remarks == [
        *("valid has no image of b", "test has no image of a"),
        "there is no split train: nothing can be trained on this dataset",
    ]


def test_notes_can_be_printed_whatever_the_name():
    listing = _listing(train=[])
    listing.note("odd", "train", "a\udcff\n.jpg")
    assert listing.notes == {"odd": [("train", "a?\\n.jpg")]}
