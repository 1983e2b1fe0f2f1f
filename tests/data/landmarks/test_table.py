from pathlib import Path

import numpy as np
import pytest

from data.landmarks.table import LandmarkTable, find_rows, load
from data.listing import Item
from lanet_jax.errors import UserError


def _item(name, file=None):
    return Item(name, file or name, Path(file or name), 0)


def _table(names, rows=None):
    count = len(names) if names is not None else rows
    return LandmarkTable(names, np.zeros((count, 2, 2), np.float32), np.ones(count, bool), "x")


def _save(path, **changes):
    arrays = {
        "name": np.array(["a/1.png", "b/2.png"]),
        "points": np.arange(8, dtype=np.float16).reshape(2, 2, 2),
        "ok": np.array([True, False]),
        "scheme": np.array("mine"),
    } | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


def test_reads_npz(tmp_path):
    table = load(_save(tmp_path / "l.npz"))
    assert (list(table.names), table.scheme, table.side) == (["a/1.png", "b/2.png"], "mine", None)
    assert table.points.dtype == np.float32
    np.testing.assert_array_equal(table.points[1], [[4, 5], [6, 7]])
    np.testing.assert_array_equal(table.ok, [True, False])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ok": None, "scheme": None}, "lacks ok, scheme"),
        ({"ok": np.ones(3, bool)}, "do not fit together"),
        ({"points": np.zeros((2, 4))}, "do not fit together"),
        ({"points": np.zeros((2, 0, 2))}, "do not fit together"),
        ({"ok": np.array([0.5, 1.0])}, "ok true or false"),
        ({"scheme": np.array(b"mine")}, "name and scheme must be text"),
        ({"name": np.array(["a", "a"])}, "'a' is in rows 0 and 1 with different points"),
        ({"name": np.array(["a", None], object)}, "names as fixed-width strings"),
    ],
)
def test_npz_of_another_form(tmp_path, changes, message):
    with pytest.raises(UserError, match=message):
        load(_save(tmp_path / "l.npz", **changes))


def test_a_damaged_npz(tmp_path):
    path = _save(tmp_path / "l.npz")
    data = bytearray(path.read_bytes())
    at = data.index(np.arange(8, dtype=np.float16).tobytes())
    data[at] ^= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match="a damaged npz file"):
        load(path)


def test_neither_npz_nor_torch(tmp_path, write):
    with pytest.raises(UserError, match="is not a landmark file"):
        load(write(tmp_path / "l.txt", "1 2"))
    with pytest.raises(UserError, match="no such landmark file"):
        load(tmp_path / "absent.npz")


def test_reads_the_peers_torch_file_in_its_224_px_frame(torch_file):
    points = np.zeros((2, 19, 2), np.float32)
    points[1, 3] = 112, 56
    points[0, 0, 0] = np.nan
    table = load(torch_file(points))
    assert (table.names, table.scheme, table.side) == (None, "aflw19", 224)
    np.testing.assert_array_equal(table.points[1, 3], [112, 56])
    np.testing.assert_array_equal(table.ok, [False, True])


@pytest.mark.parametrize(
    ("shape", "dtype"), [((2, 5, 2), np.float32), ((19, 2), np.float32), ((2, 19, 2), np.int64)]
)
def test_torch_file_of_another_form(torch_file, shape, dtype):
    with pytest.raises(UserError, match=rf"holds {dtype.__name__} \({shape[0]}, .*float32 \(N, 19"):
        load(torch_file(np.zeros(shape, dtype)))


def test_the_path_counts_before_the_last_part():
    items = [_item("1.png", "train/1.png")]
    assert find_rows(_table(["valid/1.png", "train/1.png"]), items, []) == {"1.png": 1}


def test_the_last_part_counts_where_the_path_is_not_there():
    items = [_item("1.png", "FER2013Train/1.png"), _item("2.png", "FER2013Train/2.png")]
    assert find_rows(_table(["elsewhere/2.png"]), items, []) == {"2.png": 0}


def test_a_last_part_that_stands_twice_fits_nothing():
    two_images = [_item("a/1.png"), _item("b/1.png")]
    for table, items in (
        (_table(["1.png"]), two_images),
        (_table(["x/1.png", "y/1.png"]), [_item("1.png")]),
    ):
        with pytest.raises(UserError, match="the landmark file fits none of the images"):
            find_rows(table, items, [])


def test_another_folder_is_another_image():
    items = [_item("train/angry/0.jpg"), _item("train/angry/1.jpg")]
    names = ["test/angry/0.jpg", "/data/train/angry/1.jpg"]
    assert find_rows(_table(names), items, []) == {"train/angry/1.jpg": 1}
    # A row that is one image's own is no other's.
    items = [_item("a/1.png"), _item("1.png")]
    assert find_rows(_table(["1.png"]), items, []) == {"1.png": 0}


def test_aligned_is_no_part_of_a_name():
    items = [_item("train_1.jpg", "Image/aligned/train_1_aligned.jpg")]
    assert find_rows(_table(["train_1_aligned.jpg"]), items, []) == {"train_1.jpg": 0}
    assert find_rows(_table(["train_1.jpg"]), items, []) == {"train_1.jpg": 0}


def test_rows_without_names_follow_the_source():
    items = [_item("b"), _item("a")]
    assert find_rows(_table(None, rows=3), items, ["a", "b", "a"]) == {"a": 0, "b": 1}
    with pytest.raises(UserError, match="3 rows without names and the source's list 2 lines"):
        find_rows(_table(None, rows=3), items, ["a", "b"])
    with pytest.raises(UserError, match="only RAF-DB has such a list"):
        find_rows(_table(None, rows=3), items, [])
