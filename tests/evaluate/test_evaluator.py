"""What an epoch's evaluation says of splits and of wrong labels, by hand."""

import types

import numpy as np
import pytest

from lanet_jax.evaluate import evaluator
from lanet_jax.evaluate.evaluator import Evaluator, targets_of

GIVEN, TRUE = np.array([0, 1, 0, 1, 1, 0]), np.array([0, 0, 0, 1, 0, 1])  # 1, 4 and 5 are wrong
# The network repeats the wrong label of record 4 alone; it is least sure of record 3.
P = np.array([[0.9, 0.1], [0.7, 0.3], [0.8, 0.2], [0.6, 0.4], [0.1, 0.9], [0.2, 0.8]])
TARGETS = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.3, 0.7], [0.9, 0.1], [0.4, 0.6], [0, 0]])
STATE = types.SimpleNamespace(params=None, model_state=None)


class Rows:
    """Records that know their rows."""

    def __init__(self, rows):
        self.rows, self.labels, self.names = np.array(rows), TRUE[rows], tuple(map(str, rows))

    def __len__(self):
        return len(self.rows)

    def take(self, rows):
        return Rows(self.rows[rows])


@pytest.fixture
def build(monkeypatch):
    """An evaluator of these records, and the rows that it has asked the network about."""

    def make(targets, true=TRUE):
        asked = []

        def predict(classify, params, model_state, records, **_):
            asked.append(records.rows.tolist())
            return P[records.rows]

        monkeypatch.setattr(evaluator, "predict_records", predict)
        wrong = np.flatnonzero((GIVEN if true is None else true) != GIVEN)
        evaluate = {"test": Rows([0, 3, 5])}
        data = types.SimpleNamespace(
            train=Rows(range(6)), given=GIVEN, true=true, wrong=wrong, evaluate=evaluate
        )
        method = types.SimpleNamespace(targets=lambda state: targets)
        run = types.SimpleNamespace(data=data, method=method, reading=None)
        return Evaluator(run, None, None), asked

    return make


def test_wrong_labels_are_found_by_the_targets_and_fitted_by_the_network(build):
    watch, asked = build(TARGETS)
    row = watch.labels(STATE)
    assert asked == [[1, 4, 5]]  # the targets are of all records already
    assert row["wrong_fitted"] == pytest.approx(1 / 3)
    # 1 - target[given]: .6 .9 .6 of the wrong ones, .1 .8 .3 of the right ones.
    assert row["auroc"] == pytest.approx((2 + 3 + 2) / 9)


def test_a_method_without_targets_is_judged_by_its_own_probabilities(build):
    watch, asked = build(None)
    row = watch.labels(STATE)
    assert asked == [list(range(6))]
    assert row["wrong_fitted"] == pytest.approx(1 / 3)
    # 1 - p[given]: .7 .1 .8 of the wrong ones, .1 .2 .6 of the right ones; one pair is tied.
    assert row["auroc"] == pytest.approx((3 + 0.5 + 3) / 9)


@pytest.mark.parametrize("true", [None, GIVEN])
def test_where_no_label_is_known_to_be_wrong_nothing_is_said_or_asked(build, true):
    watch, asked = build(TARGETS, true)
    assert watch.labels(STATE) == {} and asked == []


def test_a_split_has_its_own_number_of_records(build):
    watch, asked = build(TARGETS)
    row = watch.splits(STATE)["test"]
    assert asked == [[0, 3, 5]]
    assert row["records"] == 3 and row["accuracy"] == pytest.approx(2 / 3)
    assert row["mean_class_accuracy"] == pytest.approx((1 + 1 / 2) / 2)


def test_rows_of_padding_are_no_targets(build):
    watch, _ = build(TARGETS)
    np.testing.assert_array_equal(targets_of(watch.run, STATE, 6), TARGETS[:6])
