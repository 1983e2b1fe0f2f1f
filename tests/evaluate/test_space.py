"""One space by hand; test_spaces.py has a whole row."""

import numpy as np
import pytest

from lanet_jax.evaluate import space
from lanet_jax.lde.neighborhood import Neighborhood

OF_RECORD = np.array([0, 0, 1])
EYE = np.eye(2)


def of(records, exists, shares, mean):
    found = Neighborhood(np.array(records), np.array(exists), np.array(shares), mean, mean[:, ::-1])
    return space.of_batch(found, OF_RECORD[: len(records)], OF_RECORD)


def test_records_without_neighbours_count_for_nothing():
    exists = [[True, True], [False, False], [True, False]]
    found = of([[1, 2], [0, 2], [0, 1]], exists, [[0.5, 0.5], [0, 0], [1, 0]], EYE[[0, 0, 0]])
    row = found.row("x")
    assert row["x_records"] == 2 and row["x_share"] == pytest.approx(1 / 3)
    assert row["x_names"] == 0.5 and row["x_unweighted_names"] == 0.5
    assert row["x_effective_neighbors"] == pytest.approx(1.5)
    assert row["x_chance_share"] == 0 and row["x_score_gain"] == 0.0


def test_batches_are_joined_in_their_order():
    parts = [of([[1], [0]], [[True], [True]], [[1.0], [1.0]], EYE[[0, label]]) for label in (0, 1)]
    found = space.joined(parts)
    assert found.labels.tolist() == [0] * 4 and found.named.tolist() == [True, True, True, False]
    assert found.row("x")["x_names"] == 0.75


def test_what_is_undefined_is_nan():
    row = of([[1], [0]], [[False], [False]], [[0.0], [0.0]], EYE).row("x")
    assert np.isnan([row["x_share"], row["x_names"], row["x_score_gain"]]).all()
    assert row["x_records"] == 0


def test_scores_gain_where_they_name_more_labels_than_equal_weights():
    named = np.array([[True, True, True, False], [False, True, False, False]])
    for given, gain in ((named, 3**0.5), (named[::-1], -(3**0.5))):
        found = space.Space(np.zeros(4, int), np.ones(4, bool), *given, np.ones(4))
        row = found.row("x")
        assert row["x_score_gain"] == pytest.approx(gain)  # of 1 0 1 0: 0.5 over 1 / sqrt(12)
        assert (row["x_names"], row["x_unweighted_names"]) == tuple(given.mean(axis=1))
