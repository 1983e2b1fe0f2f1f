"""Labels and class names as people write them."""

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.label_noise import array_labels
from tests.label_noise.frames import Frame, frame

CLASSES = ("anger", "fear", "joy", "neutral")
Y = np.arange(40) % 4
P = np.full((40, 4), 0.25)


@pytest.mark.parametrize(
    "as_written",
    [
        Y.astype(float),
        Y.astype(np.uint8),
        Y.astype(str).astype("S"),
        Y.astype(str).astype(np.dtypes.StringDType()),
        Y.astype(object),
        list(Y.astype(str)),
    ],
)
def test_labels_mean_the_same_however_they_are_written(as_written):
    given, names = array_labels.labels(as_written, (), None)
    np.testing.assert_array_equal(given, Y)
    assert names == ("0", "1", "2", "3")


def test_without_probabilities_the_classes_are_the_labels_own():
    given, names = array_labels.labels([1, 7, 1, 10**9], (), None)
    assert names == ("1", "7", "1000000000")
    np.testing.assert_array_equal(given, [0, 1, 0, 2])
    given, names = array_labels.labels([3, 5, 3], [5, 4, 3], None)  # numbers as names
    assert names == ("5", "4", "3")
    np.testing.assert_array_equal(given, [2, 0, 2])
    given, names = array_labels.labels([True, False], (), None)
    assert names == ("0", "1")
    np.testing.assert_array_equal(given, [1, 0])
    given, names = array_labels.labels([0, 2], (), np.full((2, 4), 0.25))
    assert names == ("0", "1", "2", "3")
    np.testing.assert_array_equal(given, [0, 2])


def test_a_data_frame_names_its_columns_and_its_rows():
    named = frame(P[:2], CLASSES, (1, 2))
    given, names = array_labels.labels(["joy", "fear"], (), named)
    assert names == CLASSES
    np.testing.assert_array_equal(given, [2, 1])
    with pytest.raises(UserError, match=r"classes: joy, anger, .*, but the columns .* anger, fear"):
        array_labels.labels([0, 1], ("joy", "anger", "fear", "neutral"), named)
    with pytest.raises(UserError, match="probabilities: a name occurs twice"):
        array_labels.labels([0, 1], (), frame(P[:2], ("anger", "joy", "anger", "fear"), (1, 2)))


def test_whole_numbers_over_columns_are_the_classes():
    numbered = frame(P, (3, 1, 7, 0))
    given, names = array_labels.labels([7, 3] * 20, (), numbered)
    assert names == ("3", "1", "7", "0")
    np.testing.assert_array_equal(given, [2, 0] * 20)
    with pytest.raises(UserError, match="labels: '2' is not one of the classes 3, 1, 7, 0"):
        array_labels.labels([7, 2] * 20, (), numbered)
    with pytest.raises(UserError, match=r"classes: a, b, c, d, but the columns .* 3, 1, 7, 0"):
        array_labels.labels([7, 3] * 20, tuple("abcd"), numbered)
    given, names = array_labels.labels([1, 3] * 20, CLASSES, frame(P, range(4)))  # no names
    assert names == CLASSES
    np.testing.assert_array_equal(given, [1, 3] * 20)


def test_numbers_that_a_table_wrote_over_columns_are_the_classes_too():
    for columns in (("3", "1", "7", "0"), (3.0, 1.0, 7.0, 0.0)):
        given, names = array_labels.labels([7, 3] * 20, (), frame(P, columns))
        assert names == ("3", "1", "7", "0")
        np.testing.assert_array_equal(given, [2, 0] * 20)
    given, _ = array_labels.labels(["7", "3"] * 20, (), frame(P, ("3", "1", "7", "0")))
    np.testing.assert_array_equal(given, [2, 0] * 20)
    with pytest.raises(UserError, match="columns in several levels"):
        array_labels.labels([0] * 40, (), frame(P, [("a", i) for i in range(4)]))


def test_a_class_may_be_named_as_if_there_were_none():
    given, names = array_labels.labels(["none", "joy"], ("joy", "none"), None)
    assert names == ("joy", "none")
    np.testing.assert_array_equal(given, [1, 0])


def test_bytes_among_objects_are_names():
    given, names = array_labels.labels(np.array([b"joy", "fear"], object), (), None)
    assert names == ("fear", "joy")
    np.testing.assert_array_equal(given, [1, 0])


def test_booleans_are_the_classes_that_are_named():
    for classes, first in (([False, True], 1), ([True, False], 0)):
        given, names = array_labels.labels([True, False], classes, None)
        assert names == tuple(map(str, classes))
        np.testing.assert_array_equal(given, [first, 1 - first])


@pytest.mark.parametrize("twins", [("e\u0301", "\u00e9"), ("a", "a ")])
def test_classes_that_look_the_same_are_refused(twins):
    with pytest.raises(UserError, match="look the same: merge them"):
        array_labels.labels(list(twins) * 6, (), None)


@pytest.mark.parametrize("labels", [Y % 2, np.array(["a", "b"])[Y % 2]])
def test_probabilities_of_one_class_are_told_before_the_labels(labels):
    said = r"probabilities: of one class only; give np.hstack\(\[1 - p, p\]\)"
    for probabilities in (P[:, :1], frame(P[:, :1], ("p",))):
        with pytest.raises(UserError, match=said):
            array_labels.labels(labels, (), probabilities)


@pytest.mark.parametrize("label", [-1, 4])
def test_a_number_of_no_class_is_refused(label):
    with pytest.raises(UserError, match=f"labels: {label} is not one of the 4 classes, from 0"):
        array_labels.labels([0, label, 3], CLASSES, None)


def test_numbers_among_objects_are_classes_from_0():
    given, names = array_labels.labels(np.array([2, np.int64(0)], object), CLASSES, None)
    assert names == CLASSES
    np.testing.assert_array_equal(given, [2, 0])


def test_labels_in_a_data_frame_get_an_advice_that_it_can_follow():
    class Table(Frame):
        def to_numpy(self):
            return np.asarray(self)

    names = np.array(CLASSES)[Y, None]
    for values, way in ((Y[:, None], "ravel"), (names, "ravel"), (np.eye(4)[Y], "argmax")):
        with pytest.raises(UserError, match=rf"give x\.to_numpy\(\)\.{way}\("):
            array_labels.labels(values.view(Table), (), None)
