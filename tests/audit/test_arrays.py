import numpy as np
import pytest
from scipy import sparse

import lanet_jax
from lanet_jax.audit import array_labels, arrays
from lanet_jax.audit.verdict import Level
from lanet_jax.errors import UserError

CLASSES = ("anger", "fear", "joy", "neutral")


def _clouds(n=400, rate=0.0, apart=2.5, seed=0):
    rng = np.random.default_rng(seed)
    true = np.arange(n) % 4
    features = rng.normal(size=(n, 8)) + apart * np.eye(8)[true]
    given = true.copy()
    wrong = rng.permutation(n)[: round(rate * n)]
    given[wrong] = (true[wrong] + rng.integers(1, 4, len(wrong))) % 4
    return features, given, true


def test_wrong_labels_come_first_and_suggestions_are_right():
    features, given, true = _clouds(rate=0.2)
    audit = lanet_jax.audit_labels(given, features=features, classes=CLASSES)
    assert audit.judgement.verdict.level is Level.SUGGESTIONS
    assert len(audit) == 400
    first = audit[:80]
    assert np.mean([given[row.index] != true[row.index] for row in first]) > 0.7
    assert [row.score for row in first] == sorted((row.score for row in first), reverse=True)
    shown = [row for row in audit if row.suggested]
    right = [row.suggested == CLASSES[true[row.index]] for row in shown]
    assert len(shown) > 10
    assert np.mean(right) > 0.8
    assert all(row.given == CLASSES[given[row.index]] for row in shown)
    noise = audit.judgement.noise
    assert noise.at_least <= 0.2 <= noise.at_most
    assert noise.estimate == pytest.approx(0.2, abs=0.08)


def test_a_clean_set_is_told_so():
    features, given, _ = _clouds()
    audit = arrays.audit_labels(given, features=features)
    assert audit.judgement.noise.at_least == 0
    assert audit.judgement.noise.estimate < 0.05
    assert sum(bool(row.suggested) for row in audit) < 0.05 * len(audit)


def test_features_that_know_nothing_have_nothing_to_say():
    _, given, _ = _clouds(rate=0.2)
    noise = np.random.default_rng(3).normal(size=(400, 8))
    audit = arrays.audit_labels(given, features=noise)
    assert audit.judgement.verdict.level is Level.NOTHING
    assert "nothing to say" in audit.summary
    assert not any(row.suggested or row.doubted for row in audit)


def test_several_witnesses_each_get_their_weight():
    features, given, true = _clouds(rate=0.1)
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(400, 8))
    good = 0.6 * np.eye(4)[true] + 0.1
    audit = arrays.audit_labels(given, good, {"one": features, "two": noise}, CLASSES)
    assert list(audit.weights) == ["one", "two", "probabilities"]
    assert sum(audit.weights.values()) == pytest.approx(1)
    assert audit.weights["two"] < 0.1 < audit.weights["probabilities"]
    worse = arrays.audit_labels(given, rng.dirichlet(np.ones(4), 400), features, CLASSES)
    assert worse.weights["probabilities"] < 0.1
    alone = arrays.audit_labels(given, good)
    np.testing.assert_allclose(alone.beliefs, good, atol=1e-6)


def test_names_or_numbers():
    features, given, _ = _clouds(80)
    by_number = arrays.audit_labels(given, features=features, classes=CLASSES)
    names = [CLASSES[label] for label in given]
    by_name = arrays.audit_labels(names, features=features)
    assert by_name.classes == CLASSES  # in alphabetical order
    assert list(by_name) == list(by_number)
    assert arrays.audit_labels(given, features=features).classes == ("0", "1", "2", "3")
    assert list(arrays.audit_labels(given.astype(object), features=features, classes=CLASSES)) == (
        list(by_number)
    )


def test_the_only_record_of_a_class_is_not_judged():
    features, given, _ = _clouds(80)
    without = arrays.audit_labels(given, features=features).judgement.noise
    given[5] = 4
    audit = arrays.audit_labels(given, features=features)
    others = np.delete(audit.score, 5)
    assert audit.score[5] == pytest.approx(others.mean())  # neither first nor last
    assert not audit.judgement.doubted[5] and audit.judgement.judged.sum() == 79
    assert "Not judged: 1 label that no other record has" in audit.summary
    assert audit.judgement.noise.at_most >= without.at_most
    np.testing.assert_allclose(audit.beliefs.sum(axis=1), 1, atol=1e-6)
    network = np.full((80, 5), 0.05)
    network[np.arange(80), np.arange(80) % 4] = 0.8
    audit = arrays.audit_labels(given, network, features)
    assert audit.score[5] == pytest.approx(0.95)
    assert "Not judged" not in audit.summary


def test_copies_do_not_vouch_for_each_other():
    features, given, _ = _clouds(120, rate=0.2, apart=1.5)
    once = arrays.audit_labels(given, features=features).judgement.noise
    repeated = np.repeat(features, 4, axis=0), np.repeat(given, 4)
    found = arrays.audit_labels(repeated[1], features=repeated[0]).judgement.noise
    assert found.at_most == pytest.approx(once.at_most, abs=0.06)
    apart = np.arange(480)  # what becomes of it if each is taken for a face of its own
    fooled = arrays.audit_labels(repeated[1], features=repeated[0], groups=apart).judgement.noise
    assert fooled.at_most < found.at_most - 0.1


def test_groups_are_held_out_together():
    features, given, _ = _clouds(120, rate=0.2, apart=1.5)
    frames = np.repeat(features, 4, axis=0)
    frames += 1e-3 * np.random.default_rng(0).normal(size=frames.shape)
    video = [f"video {i // 4}" for i in range(480)]
    asked = {"labels": np.repeat(given, 4), "features": frames}
    grouped = arrays.audit_labels(**asked, groups=video).judgement
    assert grouped.skill.records == 120
    assert grouped.skill.agreement < arrays.audit_labels(**asked).judgement.skill.agreement - 0.1
    with pytest.raises(UserError, match="no class has records in two of the 2 groups"):
        arrays.audit_labels(given % 2, features=features, groups=given % 2)


def test_records_that_nobody_was_asked_about_are_not_counted_as_guessed():
    features, given, _ = _clouds(80)
    before = arrays.audit_labels(given, features=np.zeros_like(features)).judgement.skill
    given = np.concatenate([given, np.arange(4, 34)])  # each the only one of its class
    audit = arrays.audit_labels(given, features=np.zeros((110, 8)))
    assert audit.judgement.skill.records == 80
    assert audit.judgement.skill.agreement == pytest.approx(before.agreement, abs=0.1)
    assert audit.judgement.verdict.level is Level.NOTHING


X, Y = _clouds(40)[:2]
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


class Frame(np.ndarray):
    """As much of pandas' data frames and columns as is looked at."""

    columns, index = (), None


def _frame(values, columns=(), index=()):
    frame = np.asarray(values).view(Frame)
    frame.columns, frame.index = columns, Index(index)
    return frame


class Index(tuple):
    def equals(self, other):
        return tuple(self) == tuple(other)


def test_a_data_frame_names_its_columns_and_its_rows():
    named = _frame(P[:2], CLASSES, (1, 2))
    given, names = array_labels.labels(["joy", "fear"], (), named)
    assert names == CLASSES
    np.testing.assert_array_equal(given, [2, 1])
    with pytest.raises(UserError, match=r"classes: joy, anger, .*, but the columns .* anger, fear"):
        array_labels.labels([0, 1], ("joy", "anger", "fear", "neutral"), named)
    with pytest.raises(UserError, match="probabilities: a name occurs twice"):
        array_labels.labels([0, 1], (), _frame(P[:2], ("anger", "joy", "anger", "fear"), (1, 2)))


def test_whole_numbers_over_columns_are_the_classes():
    numbered = _frame(P, (3, 1, 7, 0))
    given, names = array_labels.labels([7, 3] * 20, (), numbered)
    assert names == ("3", "1", "7", "0")
    np.testing.assert_array_equal(given, [2, 0] * 20)
    with pytest.raises(UserError, match="labels: '2' is not one of the classes 3, 1, 7, 0"):
        array_labels.labels([7, 2] * 20, (), numbered)
    with pytest.raises(UserError, match=r"classes: a, b, c, d, but the columns .* 3, 1, 7, 0"):
        array_labels.labels([7, 3] * 20, tuple("abcd"), numbered)
    given, names = array_labels.labels([1, 3] * 20, CLASSES, _frame(P, range(4)))  # no names
    assert names == CLASSES
    np.testing.assert_array_equal(given, [1, 3] * 20)


def test_booleans_are_the_classes_that_are_named():
    for classes, first in (([False, True], 1), ([True, False], 0)):
        given, names = array_labels.labels([True, False], classes, None)
        assert names == tuple(map(str, classes))
        np.testing.assert_array_equal(given, [first, 1 - first])


@pytest.mark.parametrize(
    "names", [("features",), ("probabilities",), ("face", "voice"), ("groups",)]
)
def test_rows_in_another_order_are_refused(names):
    index, turned = tuple(range(40)), tuple(range(39, -1, -1))
    values = {
        "probabilities": _frame(P, CLASSES, turned),
        "groups": _frame(np.arange(40), (), turned),
    }
    asked = {name: values[name] for name in names if name in values}
    spaces = {name: _frame(X, (), turned) for name in names if name not in values}
    asked["features"] = spaces.get("features", spaces or X)
    said = f"labels and {names[0]} have the same index in another order: give {names[0]}.loc"
    with pytest.raises(UserError, match=said):
        arrays.audit_labels(_frame(Y, (), index), **asked)
    between = {"one": _frame(X, (), index), "two": _frame(X, (), turned)}
    with pytest.raises(UserError, match="one and two have the same index in another order"):
        arrays.audit_labels(Y, features=between)  # without an index of the labels
    other = tuple(range(100, 140))  # of other records: only their places can be meant
    arrays.audit_labels(_frame(Y, (), index), features=_frame(X, (), other))


@pytest.mark.parametrize(
    "arguments, said",
    [
        ({}, "nothing to judge the labels by"),
        ({"features": X[:30]}, r"features: \[40, ...\] numbers"),
        ({"features": {"face": X[:, 0]}}, r"face: \[40, ...\] numbers"),
        ({"features": np.where(X > 3, np.nan, X)}, r"features: row \d+ is not finite"),
        ({"features": X, "classes": CLASSES[:3]}, "labels: 3 is not one of the 3 classes"),
        ({"features": X, "classes": ("a", "a")}, "a name occurs twice"),
        ({"features": X, "folds": 1}, "folds=1"),
        ({"features": X, "folds": 2.5}, "folds=2.5"),
        ({"features": X, "seed": -1}, "seed=-1"),
        ({"features": {"probabilities": X}}, "'probabilities' is no space"),
        ({"probabilities": P[:, :3], "classes": CLASSES}, "3 columns for 4 classes"),
        ({"probabilities": 2 * P}, "sum to 1"),
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
        ({"features": X, "groups": [1, 2]}, r"groups: \[2\], but one for each of 40"),
        ({"features": X, "groups": ["a", None] * 20}, "groups: record 1 has none"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, said):
    with pytest.raises(UserError, match=said):
        arrays.audit_labels(**{"labels": Y, **arguments})


@pytest.mark.parametrize("labels", [[0, 1] * 10, ["a", "b"] * 10])
def test_probabilities_of_uneven_rows_are_one_line(labels):
    with pytest.raises(UserError, match="probabilities: no array can be made of it"):
        lanet_jax.audit_labels(labels, [[0.1, 0.9], [0.3]] * 10, classes=["a", "b"])
    with pytest.raises(UserError, match="probabilities: no array can be made of it"):
        lanet_jax.audit_labels([0, 1] * 10, [[0.1, 0.9], [0.3]] * 10)
