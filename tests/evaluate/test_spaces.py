"""The row of split "spaces", by hand from what a method says of two batches."""

import types

import jax
import numpy as np
import pytest

from lanet_jax.devices import mesh
from lanet_jax.errors import UserError
from lanet_jax.evaluate import spaces
from lanet_jax.evaluate.spaces import Spaces
from lanet_jax.input.reading import Reading
from lanet_jax.input.streams import Purpose, stream
from lanet_jax.landmarks.face_frame import Shapes
from lanet_jax.lde.neighborhood import Neighborhood
from lanet_jax.methods.lanet import LANet
from tests.lanet_settings import settings

B, C = 3, 3
TRUE = np.array([0, 0, 1, 1, 2, 2, 0])  # the seventh makes no whole batch
GIVEN = np.array([0, 0, 1, 1, 2, 0, 0])


def method(trust=1.0, balance=0.0):
    network = types.SimpleNamespace(landmark=object())
    return LANet(network, *settings(trust=trust, trust_balance=balance), framed=True)


@pytest.fixture
def run():
    rng = np.random.default_rng(0)
    shapes = Shapes(rng.normal(size=(7, 2, 2)), np.ones((7, 2), bool))
    train = type("Train", (), {"scheme": "points5", "names": "abcdefg", "__len__": lambda _: 7})()
    framed = types.SimpleNamespace(shapes=shapes)
    data = types.SimpleNamespace(
        train=train, given=GIVEN, true=TRUE, framed=framed, marks=tuple(shapes)
    )
    return types.SimpleNamespace(data=data, reading=Reading(B, 0, 1), seed=0, method=method())


@pytest.fixture
def look(monkeypatch, run):
    """The watch, with records 0 to 5 in order and hand-made neighbours."""
    monkeypatch.setattr(Spaces, "_rows", np.arange(6))
    points = run.data.framed.shapes.points

    def looks(self, state):
        for start in (0, 3):
            records = start + np.array([[1, 2], [0, 2], [0, 1]])
            mean = np.eye(C)[TRUE[start : start + B]]
            alone = np.array([[True, True], [True, False], [False, False]])
            yield (
                points[start : start + B] + 2.0,
                {
                    "expression": Neighborhood(
                        records, np.ones((B, 2), bool), np.full((B, 2), 0.5), mean, 1 - mean
                    ),
                    "landmark": Neighborhood(
                        records, alone, np.array([[1.0, 0]] * B), 1 - mean, mean
                    ),
                },
            )

    monkeypatch.setattr(Spaces, "_looks", looks)
    return Spaces(run, None)


def test_a_row_by_hand(look, run):
    targets = np.array([[0.8, 0.1, 0.1]] * 3 + [[0.2, 0.6, 0.2]] * 4)
    row = look.measure(None, targets)
    # Labels 0 0 1 and 1 2 2: of the neighbours 1 of 2, 1 of 2, 0 of 2 in the first batch, 0 of 2,
    # 1 of 2 and 1 of 2 in the second.
    assert row["expression_share"] == pytest.approx(4 / 12)
    # Those that exist: [1, 2] of 0 and [0] of 1 in each batch.
    assert row["landmark_share"] == pytest.approx((1 + 1 + 0 + 0) / 6)
    assert (row["expression_unweighted_names"], row["landmark_unweighted_names"]) == (0.0, 1.0)
    assert "expression_score_gain" not in row  # the same in every record
    assert row["expression_names"] == 1.0 and row["landmark_names"] < 1.0
    assert row["expression_effective_neighbors"] == pytest.approx(2)
    assert row["landmark_effective_neighbors"] == pytest.approx(1)
    assert row["effective_neighbors"] == pytest.approx(1.5)
    assert row["landmark_error"] == pytest.approx(2.0)
    spread = np.sqrt(run.data.framed.shapes.points[:6].var(axis=0).mean())
    assert row["landmark_error_mean_shape"] == pytest.approx(spread)
    points = run.data.framed.shapes.points[:6]
    gains = ((points - points.mean(axis=0)) ** 2).mean(axis=(1, 2)) - 4.0  # 2.0 off everywhere
    assert row["landmark_gain"] == pytest.approx(gains.mean() / (gains.std(ddof=1) / 6**0.5))
    assert row["commonest_share"] == pytest.approx(2 / 6)
    assert row["chance_share"] == pytest.approx(3 * 2 / 30)  # two of each of three classes
    assert row["target_names"] == pytest.approx(3 / 6)
    assert row["confident"] == pytest.approx(3 / 6)
    # The observed labels name all but the last; the targets lose two of these and gain none.
    assert row["observed_names"] == pytest.approx(5 / 6)
    assert row["target_gain"] == pytest.approx(-(2.5**0.5))
    # Of all seven records: what the target gives the label over its largest value.
    right = [1, 1, 1 / 8, 1, 1 / 3, 1 / 3]
    assert row["trust_right"] == pytest.approx(np.mean(right), rel=1e-5)
    assert row["trust_wrong"] == pytest.approx(1 / 3, rel=1e-5)
    assert "trust_gain" not in row  # a single wrong label says nothing of its spread
    assert row["labels"] == "true" and row["records"] == 6
    assert (row["expression_records"], row["landmark_records"]) == (6, 4)
    assert row["landmark_chance_share"] == pytest.approx(2 / 12)  # labels 0 0 and 1 2
    assert row["expression_chance_share"] == row["chance_share"]


def test_scores_that_change_nothing_gain_nothing(look, run, monkeypatch):
    looks = Spaces._looks

    def same(self, state):
        for points, found in looks(self, state):
            yield points, {n: s._replace(unweighted=s.mean) for n, s in found.items()}

    monkeypatch.setattr(Spaces, "_looks", same)
    row = look.measure(None, np.eye(C)[GIVEN])
    assert row["expression_score_gain"] == row["landmark_score_gain"] == 0.0


def test_trust_is_compared_in_standard_errors(look, run):
    run.data.true = np.array([0, 0, 1, 1, 2, 2, 2])  # the last two labels are wrong
    targets = np.array([[0.8, 0.1, 0.1]] * 2 + [[0.2, 0.6, 0.2]] * 2 + [[0.1, 0.1, 0.8]] * 2)
    row = look.measure(None, np.vstack([targets, [[0.4, 0.1, 0.5]]]))
    right, wrong = [1, 1, 1, 1, 1], [1 / 8, 4 / 5]
    spread = (np.var(right, ddof=1) / 5 + np.var(wrong, ddof=1) / 2) ** 0.5
    gain = (np.mean(right) - np.mean(wrong)) / spread
    assert row["trust_gain"] == pytest.approx(gain, rel=1e-4)
    run.data.true[:] = GIVEN
    run.data.true[:2] = 1, 2
    same = look.measure(None, np.eye(C)[GIVEN])
    assert same["trust_right"] == same["trust_wrong"] == 1 and same["trust_gain"] == 0


def test_trust_is_balanced_by_the_mean_target_of_all_records(look, run):
    run.method = method(balance=1.0)
    targets = np.array([[0.8, 0.1, 0.1]] * 3 + [[0.2, 0.6, 0.2]] * 3 + [[0.3, 0.3, 0.4]])
    row = look.measure(None, targets)
    evidence = targets / targets.mean(axis=0)
    trusted = evidence[np.arange(7), GIVEN] / evidence.max(axis=1)
    assert row["trust_wrong"] == pytest.approx(trusted[5], rel=1e-5)
    assert row["trust_right"] == pytest.approx(np.delete(trusted, 5).mean(), rel=1e-5)


def test_a_run_without_trust_has_no_trust_to_measure(look, run):
    run.method = method(trust=0.0)
    assert not [name for name in look.measure(None, np.eye(C)[GIVEN]) if "trust" in name]


def test_without_true_labels_the_observed_ones_are_asked(look, run):
    run.data.true = None
    row = look.measure(None, np.eye(C)[GIVEN])
    assert row["labels"] == "observed" and row["target_names"] == 1.0
    assert not {"trust_right", "observed_names", "target_gain"} & row.keys()


def test_without_targets_nothing_is_said_of_them(look):
    row = look.measure(None, None)
    assert not {"target_names", "confident", "trust_right", "trust_wrong"} & row.keys()
    assert row["expression_names"] == 1.0


def test_without_a_landmark_network_nothing_is_said_of_landmarks(look, run, monkeypatch):
    looks = Spaces._looks

    def alone(self, state):
        return ((None, {"expression": found["expression"]}) for _, found in looks(self, state))

    monkeypatch.setattr(Spaces, "_looks", alone)
    run.data.marks = None
    row = look.measure(None, np.eye(C)[GIVEN])
    assert not [name for name in row if name.startswith("landmark")]
    assert row["effective_neighbors"] == row["expression_effective_neighbors"] == pytest.approx(2)


def test_landmarks_that_are_not_finite_are_refused(look, run):
    run.data.framed.shapes.points[4] = np.nan
    with pytest.raises(UserError, match="1 of 6 images, such as e, are not finite"):
        look.measure(None, np.eye(C)[GIVEN])


def test_the_same_whole_batches_every_time(run):
    rows = Spaces(run, None)._rows
    assert len(rows) == 6 and len(set(rows)) == 6
    np.testing.assert_array_equal(rows, Spaces(run, None)._rows)
    run.seed = 4
    drawn = np.argsort(stream(Purpose.INSPECTION, 4).random_raw(7), kind="stable")
    np.testing.assert_array_equal(Spaces(run, None)._rows, drawn[:6])


@pytest.mark.parametrize(("most", "measured"), [(2, 3), (5, 3), (6, 6), (99, 6)])
def test_no_more_whole_batches_than_asked_but_one(run, monkeypatch, most, measured):
    monkeypatch.setattr(spaces, "MOST", most)
    assert len(Spaces(run, None)._rows) == measured


def test_targets_and_labels_are_those_of_the_measured_records(look, monkeypatch):
    monkeypatch.setattr(Spaces, "_rows", np.array([6, 5, 4, 3, 2, 1]))
    row = look.measure(None, np.array([[0.8, 0.1, 0.1]] * 3 + [[0.2, 0.6, 0.2]] * 4))
    # Of 1 to 6 the targets name 1 and 3, and are sure of 1 and 2; the observed label of 5 is wrong.
    assert row["target_names"] == row["confident"] == pytest.approx(2 / 6)
    assert row["observed_names"] == pytest.approx(5 / 6)
    assert row["target_gain"] == pytest.approx(-(5**0.5))  # of 0 -1 0 -1 0 -1


def test_the_mean_face_is_that_of_known_points(look, run):
    points, known = np.full((7, 2, 2), 2.0), np.ones((7, 2), bool)
    known[::2, 0] = False
    points[~known] = 100.0
    run.data.marks = points, known
    found = look._landmark_errors(np.full((6, 2, 2), 3.0))
    assert (found["landmark_error"], found["landmark_error_mean_shape"]) == (1.0, 0.0)


def test_errors_in_the_image_are_distances_whatever_its_shape(look, run, monkeypatch):
    eyes = [[0.3, 0.5], [0.7, 0.5]]  # in images 100 px wide and 200 px high: 40 px apart
    points = np.tile(np.array([*eyes, *eyes, *eyes[:1]]), (7, 1, 1))
    known, aspect = np.ones((7, 5), bool), np.array([9.0, *[0.5] * 6])
    monkeypatch.setattr(Spaces, "_rows", np.arange(1, 7))
    run.data.framed, run.data.marks = None, (points, known)
    run.data.train.marks = types.SimpleNamespace(aspect=aspect)
    off = points[:6] + np.array([0.0, 0.1])  # 20 px
    assert look._landmark_errors(off)["landmark_error"] == pytest.approx(0.5)


def test_neighbours_are_looked_for_by_what_training_sees(run, monkeypatch):
    """The observed labels, not the true ones, and everything of a record in its own row."""
    asked = []
    monkeypatch.setattr(Spaces, "_rows", np.array([5, 1, 0, 4, 2, 3]))
    monkeypatch.setattr(Spaces, "_inspect", lambda self, params, state, batch: asked.append(batch))
    images = [{"image": np.full((B, 1, 1, 3), batch)} for batch in range(2)]
    monkeypatch.setattr(spaces, "eval_batches", lambda *_: images)
    run.data.train.take = lambda rows: None
    state = types.SimpleNamespace(params=None, model_state=None)
    list(Spaces(run, mesh.make(B, jax.devices()[:1]))._looks(state))
    rows = np.array([5, 1, 0, 4, 2, 3])
    points, known = run.data.marks
    assert set(asked[0]) == {"image", "id", "label", "landmarks", "present"}
    for name, of_records in {
        "id": np.arange(7),
        "label": GIVEN,
        "landmarks": points,
        "present": known,
    }.items():
        seen = np.concatenate([batch[name] for batch in asked])
        np.testing.assert_allclose(seen, of_records[rows], err_msg=name, rtol=1e-6)
