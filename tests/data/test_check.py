from pathlib import Path

import numpy as np

from data.check import count, find_twins, lists, note_twins, table, twins_csv
from data.ferplus.ferplus_dataset_builder import Builder
from data.images import Look
from data.listing import Item, Listing
from data.record_fields import Record, Schema


def _listing():
    """Pixels p: a and b in train, c in test with another label; pixels q: d alone."""
    listing = Listing(
        classes=("x", "y"),
        splits={
            "train": [Item("a", "a", b"", 0), Item("b", "b", b"", 0), Item("d", "d", b"", 0)],
            "test": [Item("c", "c", b"", 1)],
        },
    )
    pixels = {"a": b"p", "b": b"p", "c": b"p", "d": b"q"}
    return listing, {name: Look(1, 1, 1, digest) for name, digest in pixels.items()}


def test_twins_within_and_across_splits():
    listing, looks = _listing()
    groups = find_twins(listing, looks)
    assert [[(split, item.name) for split, item in group] for group in groups] == [
        [("train", "a"), ("train", "b"), ("test", "c")]
    ]
    note_twins(listing, groups)
    assert listing.notes == {
        "exact copy in this split": [("train", "a = b"), ("train", "b = a")],
        "exact copy in another split": [
            ("train", "a = c (test)"),
            ("train", "b = c (test)"),
            ("test", "c = a (train)"),
        ],
        "exact copy with another label": [
            ("train", "a = c"),
            ("train", "b = c"),
            ("test", "c = a"),
        ],
    }
    assert twins_csv(groups).splitlines() == [
        "group,split,name,label",
        "0,train,a,0",
        "0,train,b,0",
        "0,test,c,1",
    ]


def test_the_table_has_a_row_for_each_class_and_fault():
    listing, _ = _listing()
    listing.note("odd", "test", "c")
    rows = {
        "x": {"train": 1234, "test": 0},
        "y": {"train": 1, "test": 1},
        "records": {"train": 1235, "test": 1},
    }
    lines = [line.split() for line in table(rows, listing).splitlines()]
    assert lines == [
        ["train", "test"],
        ["x", "1,234", "0"],
        ["y", "1", "1"],
        ["records", "1,235", "1"],
        ["missing", "file", "(left", "out)", "0", "0"],
        ["odd", "0", "1"],
    ]
    assert "missing" not in table(rows)


def test_what_lies_in_no_split_has_a_column_of_its_own():
    listing, _ = _listing()
    listing.note("hidden", "", "x/")
    rows = {"records": {"train": 1, "test": 1}}
    lines = [line.split() for line in table(rows, listing).splitlines()]
    assert lines[0] == ["train", "test", "elsewhere"]
    assert lines[-1] == ["hidden", "0", "0", "1"]
    assert "hidden: x/" in lists(listing).splitlines()


def test_among_many_equal_images_each_names_another_one():
    items = [Item(f"{n}", f"{n}", b"", n % 2) for n in range(2_000)]
    listing = Listing(classes=("a", "b"), splits={"train": items})
    note_twins(listing, [[("train", item) for item in items]])
    assert listing.notes["exact copy in this split"][:2] == [("train", "0 = 1"), ("train", "1 = 0")]
    assert listing.notes["exact copy with another label"][-1] == ("train", "1999 = 0")
    assert len(listing.notes["exact copy with another label"]) == 2_000


def test_lists_are_cut_short_on_the_screen_only():
    listing, _ = _listing()
    listing.remarks.append("no valid split")
    for number in range(5):
        listing.note("odd", "train", f"n{number}")
    assert lists(listing, shown=2).splitlines() == [
        "no valid split",
        "odd: train: n0, train: n1, and 3 more",
    ]
    assert "  train: n4" in lists(listing, shown=None).splitlines()


def test_counts_are_read_from_what_was_written(tmp_path, encode):
    schema = Schema(("x", "y", "z"), points=1, scheme="one", flip_index=(0,))
    point, absent = np.full((1, 2), 0.5), np.array([False])
    splits = {
        "train": [
            Record(0, "a", encode(0), 0, point),
            Record(1, "b", encode(1), 2, point, absent),
            Record(2, "c", encode(2), 2),
        ],
        "test": [Record(3, "d", encode(3), 1, point)],
    }
    builder = Builder(schema=schema, splits=splits, data_dir=tmp_path)
    builder.download_and_prepare()
    assert count(Path(builder.data_path)) == {
        "x": {"train": 1, "test": 0},
        "y": {"train": 0, "test": 1},
        "z": {"train": 2, "test": 0},
        "records": {"train": 3, "test": 1},
        "no landmarks known": {"train": 2, "test": 0},
    }
