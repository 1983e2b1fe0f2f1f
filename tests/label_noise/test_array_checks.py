"""What the audit of arrays refuses, and in which words."""

import numpy as np
import pytest
from scipy import sparse

import lanet_jax
from lanet_jax.errors import UserError
from lanet_jax.label_noise import array_checks, of_arrays
from tests.label_noise.frames import frame

CLASSES = ("anger", "fear", "joy", "neutral")
X = np.random.default_rng(0).normal(size=(40, 8)) + 2.5 * np.eye(8)[np.arange(40) % 4]
Y = np.arange(40) % 4
P = np.full((40, 4), 0.25)
ROW_7 = (np.arange(40) == 7)[:, None]


@pytest.mark.parametrize(
    "names", [("features",), ("probabilities",), ("face", "voice"), ("groups",)]
)
def test_rows_in_another_order_are_refused(names):
    index, turned = tuple(range(40)), tuple(range(39, -1, -1))
    values = {
        "probabilities": frame(P, CLASSES, turned),
        "groups": frame(np.arange(40), (), turned),
    }
    asked = {name: values[name] for name in names if name in values}
    spaces = {name: frame(X, (), turned) for name in names if name not in values}
    asked["features"] = spaces.get("features", spaces or X)
    said = f"labels and {names[0]} have the same index in another order: give {names[0]}.loc"
    with pytest.raises(UserError, match=said):
        of_arrays.audit_labels(frame(Y, (), index), **asked)
    between = {"one": frame(X, (), index), "two": frame(X, (), turned)}
    with pytest.raises(UserError, match="one and two have the same index in another order"):
        of_arrays.audit_labels(Y, features=between)  # without an index of the labels
    twice = frame(X.repeat(2, axis=0), (), np.repeat(index, 2))  # another fault
    with pytest.raises(UserError, match=r"features: \[40, D\] numbers"):
        of_arrays.audit_labels(frame(Y, (), index), features=twice)
    other = tuple(range(100, 140))  # of other records: only their places can be meant
    of_arrays.audit_labels(frame(Y, (), index), features=frame(X, (), other))


@pytest.mark.parametrize(
    "arguments, said",
    [
        ({}, "nothing to judge the labels by"),
        ({"features": X[:30]}, r"features: \[40, D\] numbers"),
        ({"features": {"face": X[:, 0]}}, r"face: \[40, D\] numbers"),
        ({"features": np.where(ROW_7, np.nan, X)}, "features: row 7 is not finite"),
        ({"features": X, "classes": CLASSES[:3]}, "labels: 3 is not one of the 3 classes"),
        ({"features": X, "classes": ("a", "a")}, "a name occurs twice"),
        ({"features": X, "folds": 1}, "folds=1"),
        ({"features": X, "folds": 2.5}, "folds=2.5"),
        ({"features": X, "seed": -1}, "seed=-1"),
        ({"features": {"probabilities": X}}, "'probabilities' is no space"),
        ({"probabilities": P[:, :3], "classes": CLASSES}, "3 columns for 4 classes"),
        ({"probabilities": np.where(ROW_7, 0.3, P)}, "must sum to 1, and row 7 does not"),
        ({"labels": Y - 1, "features": X}, "labels: -1 is not one"),
        ({"labels": Y / 2, "features": X}, "one name or one number"),
        ({"labels": ["a"] * 40, "probabilities": P}, "classes: name them"),
        ({"labels": ["a"] * 40, "features": X, "classes": CLASSES}, "labels: 'a' is not one"),
        ({"labels": Y[:5], "features": X[:5]}, "5 labels are too few"),
        ({"labels": [], "probabilities": P[:0]}, "0 labels are too few"),
        ({"labels": Y * 0, "features": X}, "there is one class"),
        ({"labels": ["a"] * 40, "features": X}, "there is one class"),
        ({"labels": np.arange(40), "features": X}, "40 classes of 40 labels"),
        ({"labels": ["a", None] * 20, "features": X}, "record 1 has none"),
        ({"labels": np.array(["a", np.nan] * 20, object), "features": X}, "record 1 has none"),
        ({"features": {}}, "no space of them"),
        ({"features": {"face": None}}, "no space of them"),
        ({"features": X[:, :0]}, r"features: \[40, 0\]"),
        ({"features": X[:, 0]}, r"\[40, D\] .* found float64 \[40\]; .* x\[:, None\]"),
        ({"features": X[:5, :1]}, r"found float64 \[5, 1\]$"),
        ({"features": X * 1e300}, r"features: row \d+ is not finite \(in float32\)"),
        ({"probabilities": 0.5}, "probabilities: .* numbers were expected"),
        ({"probabilities": np.eye(4)[Y] / 9}, r"sum to 1, and row 0 does not"),
        ({"labels": Y % 2, "probabilities": P[:, 0]}, r"give np.stack\(\[1 - p, p\], axis=1\)"),
        ({"labels": Y[:, None], "features": X}, r"give x.ravel\(\)"),
        ({"labels": np.eye(4)[Y], "features": X}, r"give x.argmax\(axis=1\)"),
        ({"labels": np.where(Y == 1, np.nan, Y), "features": X}, "record 1 has none"),
        ({"labels": ["a", "", "b", "b"] * 10, "features": X}, "record 1 has none"),
        ({"labels": np.ma.masked_equal(Y, 1), "features": X}, "labels: some values are masked"),
        ({"labels": [b"\xff", b"a"] * 20, "features": X}, "not UTF-8"),
        ({"labels": [[0], [0, 1]] * 20, "features": X}, "labels: no array can be made of it"),
        ({"features": np.ma.masked_greater(X, 3)}, "features: some values are masked"),
        ({"features": sparse.csr_matrix(X)}, r"features: a sparse matrix .* x.toarray\(\)"),
        ({"features": [X, X[:, :2]]}, "features: of several spaces give a dict"),
        ({"features": X, "classes": {0: "a", 1: "b"}}, "a list of names was expected, not dict"),
        ({"features": X, "classes": "abcd"}, "a list of names was expected, not str"),
        ({"features": X, "classes": {*CLASSES}}, "a list of names was expected, not set"),
        ({"features": X, "classes": frozenset(CLASSES)}, "expected, not frozenset"),
        ({"labels": ["a", "nan", "b", "b"] * 10, "features": X}, "record 1 is 'nan', as if it had"),
        ({"labels": np.array(["a", None] * 20, str), "features": X}, "record 1 is 'None'"),
        ({"labels": ["a", " NA "] * 20, "features": X}, "record 1 is ' NA '"),
        ({"labels": ["a", "#N/A"] * 20, "features": X}, "record 1 is '#N/A'"),
        ({"labels": np.array(["a", b"nan"] * 20, object), "features": X}, "record 1 is 'nan'"),
        ({"labels": [0.0, np.inf] * 20, "features": X}, "a record was expected, found inf"),
        ({"features": X, "groups": ["a", "NaN"] * 20}, "groups: record 1 has none"),
        ({"features": X, "groups": [1, 2]}, r"groups: \[2\], but one for each of 40"),
        ({"features": X, "groups": ["a", None] * 20}, "groups: record 1 has none"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, said):
    with pytest.raises(UserError, match=said):
        of_arrays.audit_labels(**{"labels": Y, **arguments})


@pytest.mark.parametrize("labels", [[0, 1] * 10, ["a", "b"] * 10])
def test_probabilities_of_uneven_rows_are_one_line(labels):
    with pytest.raises(UserError, match="probabilities: no array can be made of it"):
        lanet_jax.audit_labels(labels, [[0.1, 0.9], [0.3]] * 10, classes=["a", "b"])
    with pytest.raises(UserError, match="probabilities: no array can be made of it"):
        lanet_jax.audit_labels([0, 1] * 10, [[0.1, 0.9], [0.3]] * 10)


def test_features_that_float32_cannot_tell_apart_are_standardised():
    column = np.array([1.0, 2, 3, 6])
    standard = (column - 3) / 3.5**0.5
    wide = np.stack([column, column + 1e9, column * 1e-200, column * 1e-44, 0 * column + 0.1], 1)
    found = array_checks.features(wide, "features", 4)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found[:, 0], column)  # as they come, where nothing is lost
    np.testing.assert_allclose(found[:, 1:4], np.stack([standard] * 3, 1), atol=1e-6)
    np.testing.assert_array_equal(found[:, 4], np.float32(0.1))
    times = (column + 1_700_000_000).astype(int)[:, None]
    np.testing.assert_allclose(array_checks.features(times, "x", 4)[:, 0], standard, atol=1e-6)


def test_numbers_among_objects_are_numbers():
    """As pandas hands over columns of several types."""
    mixed = np.array([[1, 2.5], [True, 3]], object)
    np.testing.assert_array_equal(array_checks.features(mixed, "x", 2), [[1, 2.5], [1, 3]])
    mixed[0, 1] = "a"
    with pytest.raises(UserError, match=r"x: \[2, D\] numbers .* found object"):
        array_checks.features(mixed, "x", 2)


@pytest.mark.parametrize(("unit", "zero"), [(1, 1e7), (1e-200, 0)])
def test_an_audit_does_not_depend_on_unit_and_zero_of_its_features(unit, zero):
    rows = [of_arrays.audit_labels(Y, features=x)[0] for x in (X, X * unit + zero)]
    np.testing.assert_allclose(rows[1].score, rows[0].score, atol=1e-3)
    assert rows[0].index == rows[1].index


def test_ten_records_and_two_of_a_class_are_enough():
    array_checks.check_enough(10, 5, 5)
    for records, used in ((9, 4), (11, 6)):
        with pytest.raises(UserError):
            array_checks.check_enough(records, used, used)


def test_rows_of_nearly_1_are_made_to_sum_to_1():
    found = array_checks.distributions(np.array([[0.202, 0.606, 0.202], [0, 0, 0.992]]), 2, 3)
    np.testing.assert_allclose(found, [[0.2, 0.6, 0.2], [0, 0, 1]], rtol=1e-6)


def test_rows_that_are_distributions():
    largest = np.finfo(float).max
    rows = [[0.3, 0.7], [0.3, 0.705], [-0.1, 1.1], [0.3, 0.6], [np.nan, 1], [largest, largest]]
    with np.errstate(all="raise"):
        found = array_checks.are_distributions(np.array(rows))
    assert found.tolist() == [True, True, False, False, False, False]


def test_groups_are_numbered_whatever_they_are_called():
    for called in (["b", "a", "b"], [7, 3, 7], np.array(["b", 3, "b"], object)):
        np.testing.assert_array_equal(array_checks.groups(called, 3), [1, 0, 1])
