import csv

import cv2
import numpy as np
import pytest

from data.affectnet.source import config_name, list_source
from data.images import Crop, read
from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.images.pixels import decode

HEADER = (
    "subDirectory_filePath",
    *("face_x", "face_y", "face_width", "face_height"),
    *("facial_landmarks", "expression", "valence", "arousal"),
)
POINTS = np.arange(136, dtype=np.float32).reshape(68, 2)


def _row(name, expression, box=(10, 20, 40, 50), points=POINTS):
    return [name, *box, ";".join(f"{value}" for value in points.ravel()), expression, 0.1, -0.1]


@pytest.fixture
def old(tmp_path, write, encode):
    """Writes the old layout; returns the source."""

    def make(train, valid=(), header=True, folder="."):
        source = tmp_path / "old"
        for file, rows in (("training.csv", train), ("validation.csv", valid)):
            (source / folder).mkdir(parents=True, exist_ok=True)
            with (source / folder / file).open("w", newline="") as table:
                csv.writer(table).writerows([HEADER] * header + list(rows))
            for row in rows:
                write(source / "Manually_Annotated_Images" / row[0], encode(1, 100))
        return source

    return make


@pytest.fixture
def new(tmp_path, write, encode):
    """Writes the 2021 layout from (folder, number, expression); returns the source."""

    def make(entries):
        source = tmp_path / "new"
        for folder in ("train_set", "val_set"):
            (source / folder / "annotations").mkdir(parents=True, exist_ok=True)
        for folder, number, expression in entries:
            write(source / folder / "images" / f"{number}.jpg", encode(number, 224, ".jpg"))
            notes = source / folder / "annotations"
            np.save(notes / f"{number}_exp.npy", np.array(str(expression)))
            np.save(notes / f"{number}_lnd.npy", POINTS.ravel().astype(np.float64) + number)
        return source

    return make


def _labels(listing):
    return {
        split: {item.name: listing.classes[item.label] for item in items}
        for split, items in listing.splits.items()
    }


def test_old_layout(old):
    source = old([_row("1/a.png", 1), _row("2/b.png", 9)], [_row("1/c.png", 7)])
    listing = list_source(source)
    assert (listing.classes, listing.scheme) == (EXPRESSIONS, "ibug68")
    assert _labels(listing) == {
        "train": {"1/a.png": "happiness"},
        "valid": {"1/c.png": "contempt"},
    }
    item = listing.splits["train"][0]
    assert item.image == source / "Manually_Annotated_Images" / "1/a.png"
    np.testing.assert_array_equal(item.points, POINTS)
    assert listing.notes == {"none, uncertain or no face (left out)": [("train", "2/b.png")]}


def test_all_eight_numbers(old):
    # Half of them as pandas writes them.
    listing = list_source(old([_row(f"{n}.png", n if n % 2 else float(n)) for n in range(8)]))
    assert list(_labels(listing)["train"].values()) == [
        "neutral",
        "happiness",
        "sadness",
        "surprise",
        "fear",
        "disgust",
        "anger",
        "contempt",
    ]


def test_lists_may_lie_in_their_official_folder_and_lack_a_header(old):
    source = old([_row("a.png", 1)], header=False, folder="Manually_Annotated_file_lists")
    assert _labels(list_source(source))["train"] == {"a.png": "happiness"}


def test_seven_classes_leave_contempt_out(old, new):
    listing = list_source(old([_row("a.png", 7), _row("b.png", 6)]), classes=7)
    assert listing.classes == EXPRESSIONS[:7]
    assert _labels(listing)["train"] == {"b.png": "anger"}
    listing = list_source(new([("train_set", 0, 7), ("val_set", 1, 6)]), classes=7)
    assert _labels(listing) == {"train": {}, "valid": {"val_set/images/1.jpg": "anger"}}


def test_the_face_box_is_cut_and_the_points_move_along(old, write):
    # The box of 40 x 50 at (10, 20) becomes the square of 50 at (5, 20), stored at half its size.
    source = old([_row("a.png", 1), _row("b.png", 2, box=(0, 0, -1, 4))])
    listing = list_source(source, size=25)
    (item,) = listing.splits["train"]
    assert item.image == Crop(source / "Manually_Annotated_Images" / "a.png", 5, 20, 50, 25)
    np.testing.assert_allclose(item.points, (POINTS - [5, 20]) / 2)
    assert listing.notes == {"no face box (left out)": [("train", "b.png")]}
    x, y = np.meshgrid(np.arange(100), np.arange(100))
    photo = np.stack([x, y, x + y], axis=2).astype(np.uint8)  # smooth, so that JPEG keeps it
    write(item.image.path, cv2.imencode(".png", photo)[1].tobytes())
    square = cv2.resize(photo[20:70, 5:55], (25, 25), interpolation=cv2.INTER_AREA)[..., ::-1]
    assert np.abs(decode(read(item.image)).astype(int) - square).max() < 6


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (_row("a.png", "happy"), "no expression (left out)"),
        (_row("a.png", ""), "no expression (left out)"),
        (_row("a.png", -1), "no expression (left out)"),
        (_row("a.png", 1, points=POINTS[:67]), "no landmarks (left out)"),
        (_row("a.png", 1, points=POINTS[:0]), "no landmarks (left out)"),
        ([*_row("a.png", 1)[:5], "NULL", 1, 0, 0], "no landmarks (left out)"),
        (_row("a.png", 1)[:-1], "row with other columns (left out)"),
        (_row("a.png", 1, box=("x", 0, 1, 1)), "no face box (left out)"),
        (_row("a.png", 1, box=["NULL"] * 4), "no face box (left out)"),
        (_row("a.png", 1, box=("", "", "", "")), "no face box (left out)"),
        (_row("a.png", 1, box=(0, 0, "nan", 4)), "no face box (left out)"),
    ],
)
def test_a_row_that_cannot_be_used_is_left_out_and_named(old, row, kind):
    listing = list_source(old([_row("b.png", 1), row, _row("c.png", 2)]))
    assert _labels(listing)["train"] == {"b.png": "happiness", "c.png": "sadness"}
    assert listing.notes == {kind: [("train", "a.png")]}


def test_a_table_without_a_usable_row_is_refused(old):
    bad = _row("a.png", 1)[:-1]
    with pytest.raises(UserError, match=r"training.csv line 2: .* none of the 2 rows"):
        list_source(old([bad, bad]))


def test_networks_labels_are_refused_by_the_name_of_their_folder(tmp_path):
    (tmp_path / "Automatically_Annotated_Images").mkdir()
    with pytest.raises(UserError, match=r"Automatically_Annotated_Images/, whose labels a network"):
        list_source(tmp_path)


def test_2021_layout(new):
    source = new([("train_set", 0, 3), ("train_set", 4, 8), ("val_set", 0, 0)])
    listing = list_source(source)
    assert _labels(listing) == {
        "train": {"train_set/images/0.jpg": "surprise"},
        "valid": {"val_set/images/0.jpg": "neutral"},
    }
    np.testing.assert_array_equal(listing.splits["train"][0].points, POINTS)
    assert listing.notes == {
        "none, uncertain or no face (left out)": [("train", "train_set/images/4.jpg")]
    }


def test_2021_images_without_an_annotation_are_left_out_and_listed(new):
    source = new([("train_set", 0, 3), ("train_set", 7, 4), ("val_set", 0, 0)])
    (source / "train_set/annotations/7_exp.npy").rename(
        source / "train_set/annotations/._7_exp.npy"  # hidden, as macOS names its own
    )
    listing = list_source(source)
    assert _labels(listing)["train"] == {"train_set/images/0.jpg": "surprise"}
    assert listing.notes == {
        "image without a row (left out)": [("train", "train_set/images/7.jpg")]
    }


def test_2021_landmarks_may_be_missing(new):
    source = new([("train_set", 0, 3), ("val_set", 0, 0)])
    (source / "train_set/annotations/0_lnd.npy").unlink()
    assert list_source(source).splits["train"][0].points is None


@pytest.mark.parametrize(
    ("file", "array", "message"),
    [
        ("0_exp.npy", np.array("happy"), "0_exp.npy: one number from 0 to 10"),
        ("0_exp.npy", np.array([1, 2]), "0_exp.npy: one number from 0 to 10"),
        ("0_exp.npy", np.array({"a": 1}, object), "0_exp.npy: holds pickled Python objects"),
        ("0_exp.npy", np.array(3.5), "0_exp.npy: one number from 0 to 10"),
        ("0_lnd.npy", np.zeros(10), "0_lnd.npy: 136 numbers"),
    ],
)
def test_2021_annotations_that_cannot_be_read_are_named(new, file, array, message):
    source = new([("train_set", 0, 3), ("val_set", 0, 0)])
    np.save(source / "train_set/annotations" / file, array, allow_pickle=True)
    with pytest.raises(UserError, match=message):
        list_source(source)


def test_one_2021_annotation_that_cannot_be_used_is_left_out_and_named(new):
    source = new([("train_set", 0, 3), ("train_set", 1, 4), ("train_set", 2, 5), ("val_set", 0, 0)])
    np.save(source / "train_set/annotations/0_exp.npy", np.array(99))
    np.save(source / "train_set/annotations/2_lnd.npy", np.zeros(10))
    listing = list_source(source)
    assert _labels(listing)["train"] == {"train_set/images/1.jpg": "fear"}
    named = listing.notes["annotation cannot be used (left out)"]
    assert [entry.split(":")[0] for _, entry in named] == [
        *("train_set/images/0.jpg", "train_set/images/2.jpg")
    ]


def test_misplaced_sources_say_what_was_expected_where(tmp_path, old, new):
    with pytest.raises(UserError, match=r"neither Manually_Annotated_Images/ .* nor train_set/"):
        list_source(tmp_path)
    source = old([_row("a.png", 1)])
    (source / "validation.csv").unlink()
    with pytest.raises(UserError, match=r"old/validation.csv is not there, nor .*file_lists"):
        list_source(source)
    source = new([("train_set", 0, 3)])
    with pytest.raises(UserError, match="val_set/images is not there"):
        list_source(source)
    (source / "val_set/images").mkdir()
    with pytest.raises(UserError, match=r"val_set/annotations holds no N_exp.npy"):
        list_source(source)
    with pytest.raises(UserError, match="--size is for the old layout"):
        list_source(source, size=10)


def test_config_names():
    assert (config_name(), config_name(classes=7, size=9)) == ("8classes", "7classes")
