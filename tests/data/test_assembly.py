from pathlib import Path

import numpy as np
import pytest

from data.assembly import assemble, look_at_all
from data.images import Look
from data.landmarks.table import LandmarkTable
from data.listing import Item, Listing
from lanet_jax.errors import UserError
from lanet_jax.landmarks.schemes import SCHEMES


def _listing(items, **settings):
    return Listing(classes=("a", "b"), splits={"train": items}, **settings)


def _looks(*names, width=20, height=10):
    return {name: Look(width, height, 1, name.encode()) for name in names}


def test_all_broken_files_are_listed(tmp_path, write, encode):
    items = [Item("good", "good.png", write(tmp_path / "good.png", encode(0)), 0)]
    for number in range(12):
        name = f"bad{number:02}.png"
        items.append(Item(name, name, write(tmp_path / name, encode(0)[:-9]), 0))
    with pytest.raises(UserError) as caught:
        look_at_all(_listing(items))
    message = str(caught.value)
    assert message.startswith("12 files are truncated or not images: bad00.png, bad01.png")
    assert "bad09.png and 2 more" in message
    assert "good.png" not in message
    assert "\n" not in message


def test_looks_by_name(encode):
    looks = look_at_all(_listing([Item("x", "f", encode(0, 6), 0)]))
    assert (looks["x"].width, looks["x"].height) == (6, 6)


def test_ids_follow_sorted_names_over_all_splits():
    listing = Listing(
        classes=("a", "b"),
        splits={
            "train": [Item("c", "c", b"", 0), Item("a", "a", b"", 1)],
            "test": [Item("b", "b", b"", 0)],
        },
        votes=("v",),
    )
    schema, splits = assemble(listing, _looks("a", "b", "c"))
    assert {r.name: r.id for records in splits.values() for r in records} == {
        "a": 0,
        "b": 1,
        "c": 2,
    }
    assert [r.label for r in splits["train"]] == [0, 1]
    assert (schema.points, schema.scheme, tuple(schema.flip_index)) == (0, "", ())
    assert schema.votes == ("v",)


def test_pixels_become_shares_of_width_and_height():
    points = np.array([[5, 5], [20, 10], [20.5, 5], [-1, 5], [np.nan, 1]], np.float32)
    listing = _listing([Item("a", "a", b"", 0, points=points)], scheme="points5")
    schema, splits = assemble(listing, _looks("a", width=20, height=10))
    record = splits["train"][0]
    np.testing.assert_allclose(record.landmarks[:2], [[0.25, 0.5], [1, 1]])
    np.testing.assert_array_equal(record.present, [True, True, False, False, False])
    assert np.isfinite(record.landmarks).all()
    assert (schema.points, schema.scheme) == (5, "points5")
    assert tuple(schema.flip_index) == SCHEMES["points5"].flip_index


def test_a_file_takes_the_place_of_the_sources_landmarks():
    own = np.zeros((68, 2), np.float32)
    items = [Item(name, name, b"", 0, points=own) for name in "abc"]
    table = LandmarkTable(
        ["a", "b"],
        np.array([[[0, 0], [10, 0], [5, 5], [2, 8], [8, 8]]] * 2, np.float32),
        np.array([True, False]),
        "points5",
    )
    schema, splits = assemble(_listing(items, scheme="ibug68"), _looks(*"abc", width=10), table)
    a, b, c = splits["train"]
    assert schema.scheme == "points5"
    np.testing.assert_allclose(a.landmarks[2], [0.5, 0.5])
    assert a.present.all()
    assert not b.present.any()  # not ok
    assert c.landmarks is None  # not in the file


def test_rows_of_a_file_that_fit_no_image_are_told():
    points = np.full((4, 5, 2), 3, np.float32)
    names = ["anger/1.png", "anger/2.png", "anger/2.png", "anger/3.png"]
    items = [Item(f"{name}.png", f"{name}.png", b"", 0) for name in ("anger/1", "fear/2")]
    listing = _listing(items)
    table = LandmarkTable(names, points, np.ones(4, bool), "points5")
    _, splits = assemble(listing, _looks(*(item.name for item in items), width=10), table)
    assert [record.landmarks is None for record in splits["train"]] == [False, True]
    assert listing.remarks == [
        "3 of 4 rows of the landmark file fit no image, such as 'anger/2.png', and 1 of 2 images "
        "have no row: if files were moved or renamed, find landmarks again"
    ]
    listing = _listing(items[:1])  # as --classes may leave images out
    table = LandmarkTable(["anger/1.png", "fear/2.png"], points[:2], np.ones(2, bool), "points5")
    assemble(listing, _looks("anger/1.png", width=10), table)
    assert listing.remarks == [
        "1 of 2 rows of the landmark file fit no image, such as 'fear/2.png', and every image has "
        "a row"
    ]
    listing = _listing(items)
    table = LandmarkTable(["anger/1.png"] * 2, points[:2], np.ones(2, bool), "points5")
    assemble(listing, _looks(*(item.name for item in items), width=10), table)
    assert not listing.remarks


def test_the_frame_of_the_file_counts_where_it_has_one():
    table = LandmarkTable(
        None, np.full((1, 19, 2), 56, np.float32), np.ones(1, bool), "aflw19", 224
    )
    listing = _listing([Item("a", "a", b"", 0)], rows=["a"])
    _, splits = assemble(listing, _looks("a", width=100, height=100), table)
    np.testing.assert_allclose(splits["train"][0].landmarks, np.full((19, 2), 0.25))


def test_pairs_of_an_unknown_scheme_come_from_the_mean_of_the_known_points():
    # Left eye, right eye, mouth; the outlier lies outside the image and must not count.
    good = np.array([[2, 2], [8, 2], [5, 8]], np.float32)
    outlier = np.array([[2, 2], [8, 2], [-900, 8]], np.float32)
    items = [Item("a", "a", b"", 0, points=good), Item("b", "b", b"", 0, points=outlier)]
    listing = _listing(items, scheme="own3")
    schema, _ = assemble(listing, _looks("a", "b", width=10, height=10))
    assert (schema.scheme, tuple(schema.flip_index)) == ("own3", (1, 0, 2))
    assert "paired by the mean face (0-1), and all its 3 points" in listing.remarks[0]


def test_the_scheme_of_a_file_that_is_not_known_is_told_and_a_misspelt_one_refused():
    points = np.array([[[2, 2], [8, 2], [5, 5], [3, 8], [7, 8]]], np.float32)
    listing = _listing([Item("a", "a", b"", 0)])

    def read(scheme):
        table = LandmarkTable(["a"], points, np.ones(1, bool), scheme)
        return assemble(listing, _looks("a", width=10), table)[0]

    read("points5")
    assert not listing.remarks
    assert tuple(read("mine").flip_index) == (1, 0, 2, 4, 3)
    assert listing.remarks == [
        "the landmarks' scheme 'mine' is not known (points5, aflw19, ibug68, wflw98 are): its "
        "order is not checked, its left and right points are paired by the mean face (0-1, 3-4), "
        "and all its 5 points are learned"
    ]
    turned = points * [1, 1] + [[[0, 0], [6, 0], [0, 0], [0, 0], [0, 0]]]
    table = LandmarkTable(["a"], turned.astype(np.float32), np.ones(1, bool), "turned5")
    schema, _ = assemble(listing, _looks("a", width=20), table)
    assert (schema.points, tuple(schema.flip_index)) == (5, ())
    assert listing.remarks[1].endswith(
        "its order is not checked, its left and right points cannot be paired, as the mean face is "
        "not symmetric, so that faces are not averaged with their mirror image, and all its 5 "
        "points are learned"
    )
    for scheme in ("point5", "Points_5", "5points"):
        with pytest.raises(UserError, match=f"'{scheme}' is not known, and points5 has 5 points"):
            read(scheme)
    read("aflw")  # which has 19 points


def test_a_point_that_no_face_has_is_no_point_at_0():
    # As (0, 0) the left mouth corner would be the right one's partner less than the chin is.
    points = np.array([[2, 2], [8, 2], [-1, 7], [6, 7], [5, 9]], np.float32)
    item = Item("a", "a", b"", 0, points=points)
    with pytest.raises(UserError, match="no face has point 2 "):
        assemble(_listing([item], scheme="own5"), _looks("a", width=10, height=10))


def test_a_scheme_with_another_number_of_points_is_refused():
    item = Item("a", "a", b"", 0, points=np.zeros((5, 2), np.float32))
    with pytest.raises(UserError, match="the scheme ibug68 has 68 points, but 5 landmarks"):
        assemble(_listing([item], scheme="ibug68"), _looks("a"))


def test_a_file_that_fits_no_image_is_refused():
    table = LandmarkTable(["x/9.png"], np.zeros((1, 5, 2), np.float32), np.ones(1, bool), "points5")
    with pytest.raises(UserError, match=r"fits none of the images: it names 'x/9.png'.*'d/1.png'"):
        assemble(_listing([Item("1", "d/1.png", b"", 0)]), _looks("1"), table)


@pytest.mark.parametrize(
    ("place", "ok", "message"),
    [
        (
            200.0,
            True,
            r"in 1 of 1 faces .* such as x \(20 x 10 pixels, .* is 200, 200\): they were",
        ),
        (5.0, False, "no point that is known and ok, of 1 images"),
        (np.nan, True, "no point that is known and ok, of 1 images"),
    ],
)
def test_a_file_without_a_point_in_any_image_is_refused(place, ok, message):
    """Found in the images before they were made smaller, or in none."""
    points = np.full((1, 5, 2), place, np.float32)
    table = LandmarkTable(["x"], points, np.array([ok]), "points5")
    with pytest.raises(UserError, match=message):
        assemble(_listing([Item("x", "x", b"", 0)]), _looks("x"), table)


def test_faces_outside_their_images_are_counted_and_refused_from_half_on():
    points = np.full((5, 5, 2), 5, np.float32)
    points[0, 2:] *= 9  # most of its points
    points[1, 3:] *= 9  # at the edge
    points[2] = np.nan
    points[3] *= 9
    items = [Item(name, name, b"", 0) for name in "abcde"]
    listing, ok = _listing(items), np.array([True, True, True, False, True])
    assemble(listing, _looks(*"abcde", width=10), LandmarkTable("abcde", points, ok, "points5"))
    assert len(listing.remarks) == 1
    assert "in 1 of 3 faces of the landmark file most points lie outside" in listing.remarks[0]
    points[4] *= 9
    with pytest.raises(UserError, match=r"in 2 of 3 faces .* found in images of another size"):
        assemble(listing, _looks(*"abcde", width=10), LandmarkTable("abcde", points, ok, "points5"))


def test_images_are_read_when_they_are_written(tmp_path, write, encode):
    path = write(tmp_path / "a.png", encode(0))
    _, splits = assemble(_listing([Item("a", "a", Path(path), 0)]), _looks("a"))
    assert splits["train"][0].image() == encode(0)
