import cv2
import numpy as np
import pytest

from data.ferplus.source import config_name, list_source
from data.ferplus.votes import COLUMNS
from data.listing import drop_empty_splits
from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError

HAPPY, ANGRY = (0, 10, 0, 0, 0, 0, 0, 0, 0, 0), (1, 0, 0, 0, 9, 0, 0, 0, 0, 0)
CONTEMPT, NOTHING = (0, 0, 0, 0, 0, 0, 0, 6, 4, 0), (0, 0, 0, 0, 0, 0, 0, 0, 1, 9)
ROWS = [
    ("Training", "fer0000000.png", HAPPY),
    ("Training", "", ANGRY),
    ("Training", "fer0000002.png", NOTHING),
    ("PublicTest", "fer0000003.png", CONTEMPT),
    ("PublicTest", "fer0000004.png", ANGRY),
]


def _labels(listing):
    return {
        split: {item.name: listing.classes[item.label] for item in items}
        for split, items in listing.splits.items()
    }


def test_lists_images_with_votes_and_labels(ferplus_tree):
    source = ferplus_tree(ROWS)
    listing = list_source(source)
    assert (listing.classes, listing.votes) == (EXPRESSIONS, COLUMNS)
    assert _labels(listing) == {
        "train": {"fer0000000.png": "happiness"},
        "valid": {"fer0000003.png": "contempt", "fer0000004.png": "anger"},
    }
    item = listing.splits["train"][0]
    assert item.votes == HAPPY
    assert item.file == "FER2013Train/fer0000000.png"
    assert item.image == source / item.file
    assert listing.notes == {
        "row without a name (left out)": [("train", "line 3")],
        "no emotion vote (left out)": [("train", "fer0000002.png")],
    }
    assert listing.remarks == ["split test left out: neither FER2013Test/ nor fer2013.csv is there"]


def test_seven_classes_leave_contempt_out(ferplus_tree):
    listing = list_source(ferplus_tree(ROWS), classes=7)
    assert listing.classes == EXPRESSIONS[:7]
    assert _labels(listing)["valid"] == {"fer0000004.png": "anger"}


@pytest.mark.parametrize(
    ("rule", "kind"),
    [("argmax10", "winner unknown or NF (left out)"), ("majority", "no majority (left out)")],
)
def test_the_other_rules_say_what_they_leave_out(ferplus_tree, rule, kind):
    listing = list_source(ferplus_tree(ROWS), labels=rule)
    assert listing.notes[kind] == [("train", "fer0000002.png")]


def test_label_csv_is_compared_and_not_used(ferplus_tree, write):
    source = ferplus_tree(ROWS)
    lines = [
        'fer0000003.png,"(0, 0, 48, 48)",' + ",".join(map(str, HAPPY)),
        'fer0000004.png,"(0, 0, 48, 48)",' + ",".join(map(str, ANGRY)),
    ]
    write(source / "FER2013Valid" / "label.csv", "\n".join(lines))
    listing = list_source(source)
    assert listing.notes["label.csv disagrees (not used)"] == [("valid", "fer0000003.png")]
    assert _labels(listing)["valid"]["fer0000003.png"] == "contempt"
    write(source / "FER2013Valid" / "label.csv", "fer0000003.png,box,many\n")
    with pytest.raises(UserError, match=r"label.csv line 1: a name, a box and ten counts"):
        list_source(source)


def _write_pixels(source, write, rows, value=lambda number: number):
    lines = ["emotion,pixels,Usage"]
    lines += [
        f"0,{' '.join([str(value(number))] * 48 * 48)},{usage}"
        for number, (usage, *_) in enumerate(rows)
    ]
    write(source / "fer2013.csv", "\n".join(lines) + "\n")


def test_pixels_of_kaggles_file_stand_in_for_the_folders(ferplus_tree, write):
    source = ferplus_tree(ROWS, images=False)
    _write_pixels(source, write, ROWS)
    listing = list_source(source)
    assert list(listing.splits) == ["train", "valid", "test"]
    item = listing.splits["valid"][1]  # row 4 of the table
    pixels = cv2.imdecode(np.frombuffer(item.image, np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(pixels, np.full((48, 48), 4))
    assert listing.remarks == []


def test_kaggles_file_serves_a_missing_split_only(ferplus_tree, write):
    rows = [*ROWS, ("PrivateTest", "fer0000005.png", HAPPY)]
    source = ferplus_tree(rows)
    (source / "FER2013Test" / "fer0000005.png").unlink()
    (source / "FER2013Test").rmdir()
    _write_pixels(source, write, rows)
    listing = list_source(source)
    assert isinstance(listing.splits["test"][0].image, bytes)
    assert not isinstance(listing.splits["train"][0].image, bytes)


def test_blanks_and_case_in_a_header_make_no_difference(ferplus_tree, write):
    source = ferplus_tree(ROWS, images=False)
    _write_pixels(source, write, ROWS)
    for file in ("fer2013.csv", "fer2013new.csv"):  # as Kaggle writes them: emotion, Usage, pixels
        header, _, rest = (source / file).read_text().partition("\n")
        write(source / file, f"{header.replace(',', ', ').upper()}\n{rest}")
    assert len(list_source(source).splits["train"]) == 1


def test_counts_that_pandas_turned_into_floats(ferplus_tree):
    floats = tuple(float(count) for count in HAPPY)
    listing = list_source(ferplus_tree([("Training", "a.png", floats)]))
    assert listing.splits["train"][0].votes == HAPPY


def test_another_header_is_shown(ferplus_tree, write):
    source = ferplus_tree(ROWS, images=False)
    write(source / "fer2013.csv", "emotion,pixel,Usage\n0,1,Training\n")
    with pytest.raises(UserError, match=r"Usage were expected, found 'emotion,pixel,Usage'"):
        list_source(source)


def test_an_empty_folder_beside_kaggles_file(ferplus_tree, write):
    source = ferplus_tree(ROWS, images=False)
    write(source / "FER2013Train" / ".DS_Store", b"")
    _write_pixels(source, write, ROWS)
    listing = list_source(source)
    assert isinstance(listing.splits["train"][0].image, bytes)
    assert listing.remarks == ["split train from fer2013.csv: FER2013Train/ holds no image"]


def test_an_empty_folder_alone(ferplus_tree):
    source = ferplus_tree(ROWS)
    for path in (source / "FER2013Train").iterdir():
        path.unlink()
    listing = list_source(source)
    assert list(listing.splits) == ["valid"]
    assert listing.remarks == [
        "split train left out: FER2013Train/ holds no image and fer2013.csv is not there",
        "split test left out: neither FER2013Test/ nor fer2013.csv is there",
    ]


def test_a_folder_whose_split_has_no_row(ferplus_tree, write, encode):
    source = ferplus_tree(ROWS)
    write(source / "FER2013Test" / "fer0000009.png", encode(9, 48, channels=1))
    listing = list_source(source)
    assert listing.remarks == ["split test has no row in fer2013new.csv"]
    assert listing.notes["image without a row (left out)"] == [
        ("test", "FER2013Test/fer0000009.png")
    ]
    drop_empty_splits(listing)
    assert list(listing.splits) == ["train", "valid"]


def test_kaggles_file_must_have_the_same_rows(ferplus_tree, write):
    source = ferplus_tree(ROWS, images=False)
    _write_pixels(source, write, ROWS[:-1])
    with pytest.raises(UserError, match=r"has 4 rows and fer2013new.csv 5"):
        list_source(source)
    _write_pixels(source, write, [*ROWS, ROWS[0]])
    with pytest.raises(UserError, match=r"has 6 rows and fer2013new.csv 5"):
        list_source(source)
    _write_pixels(source, write, [ROWS[3], *ROWS[1:]])
    with pytest.raises(UserError, match=r"fer2013.csv line 2: Usage is 'PublicTest'"):
        list_source(source)
    _write_pixels(source, write, ROWS, value=lambda number: 999)
    with pytest.raises(UserError, match=r"fer2013.csv line 2: 2304 numbers from 0 to 255"):
        list_source(source)


def test_misplaced_sources_say_what_was_expected_where(ferplus_tree, tmp_path, write):
    with pytest.raises(UserError, match=r"absent/fer2013new.csv is not there: FER\+'s table"):
        list_source(tmp_path / "absent")
    source = ferplus_tree(ROWS, images=False)
    with pytest.raises(UserError, match=r"neither FER2013Train/ .* nor fer2013.csv"):
        list_source(source)
    write(source / "fer2013new.csv", "emotion,pixels,Usage\n0,1 2,Training\n")
    with pytest.raises(UserError, match=r"fer2013new.csv line 1: the columns Usage,Image name"):
        list_source(source)


@pytest.mark.parametrize(
    "row",
    [
        ("Testing", "a.png", HAPPY),
        ("Training", "a.png", (1, 2)),
        ("Training", "a.png", "x" * 10),
        ("Training", "a.png", (0.5, *HAPPY[1:])),
        ("Training", "a.png", ("nan", *HAPPY[1:])),
    ],
)
def test_a_row_that_cannot_be_read_is_named(ferplus_tree, row):
    source = ferplus_tree([ROWS[0], row], images=False)
    with pytest.raises(UserError, match=r"fer2013new.csv line 3: a Usage of Training"):
        list_source(source)


def test_config_names():
    assert config_name("majority", 8) == "majority"
    assert config_name("argmax8", 7) == "argmax8_7classes"
