import math

import numpy as np
import pytest

from lanet_jax import agreement

LN2 = math.log(2)


def test_divergence_by_hand():
    p = np.array([[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]])
    q = np.array([[0.0, 1.0], [0.5, 0.5], [0.5, 0.5]])
    # The second: m = (3/4, 1/4); KL(p||m) = ln 4/3, KL(q||m) = (ln 2/3 + ln 2) / 2.
    half = (math.log(4 / 3) + math.log(4 / 3) / 2) / 2
    np.testing.assert_allclose(agreement.jensen_shannon(p, q), [LN2, half, 0], atol=1e-12)


def test_divergence_is_symmetric_and_within_its_bounds():
    p, q = np.random.default_rng(0).dirichlet(np.full(8, 0.3), (2, 50))
    found = agreement.jensen_shannon(p, q)
    np.testing.assert_allclose(found, agreement.jensen_shannon(q, p))
    assert (found > 0).all()
    assert (found <= LN2).all()


def test_labels_are_compared_over_all_and_over_wrong_and_right_ones():
    people = np.array([[1.0, 0.0], [0.0, 1.0], [np.nan, np.nan]])
    given, true = np.array([0, 0, 1]), np.array([0, 1, 1])
    targets = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    found = {row[:3]: row.divergence for row in agreement.compare(people, given, true, targets)}
    expected = {
        ("all", 2, agreement.GIVEN): LN2 / 2,
        ("all", 2, agreement.TRUE): 0,
        ("all", 2, agreement.TARGETS): 0,
        ("observed label wrong", 1, agreement.GIVEN): LN2,
        ("observed label wrong", 1, agreement.TRUE): 0,
        ("observed label wrong", 1, agreement.TARGETS): 0,
        ("observed label right", 1, agreement.GIVEN): 0,
        ("observed label right", 1, agreement.TRUE): 0,
        ("observed label right", 1, agreement.TARGETS): 0,
    }
    assert found == pytest.approx(expected, abs=1e-12)


def test_where_no_truth_is_known_there_is_one_group():
    people = np.array([[0.4, 0.6]])
    (row,) = agreement.compare(people, np.array([0]), None, None)
    assert (row.records, row.labels) == ("all", agreement.GIVEN)


def test_what_people_dispute_is_a_group():
    people = np.array([[1.0, 0.0, 0.0], [0.5, 0.3, 0.2], [0.4, 0.3, 0.3], [0.6, 0.4, 0.0]])
    targets = people.copy()
    targets[0] = 1 / 3
    rows = agreement.compare(people, np.zeros(4, int), None, targets)
    found = {(row.records, row.labels): row for row in rows}
    assert found["people disagree", agreement.GIVEN].count == 2
    assert found["people disagree", agreement.TARGETS].divergence == 0
    assert found["all", agreement.TARGETS].divergence > 0


def test_groups_without_records_are_left_out():
    people = np.array([[1.0, 0.0]])
    rows = agreement.compare(people, np.array([0]), np.array([0]), None)
    assert {row.records for row in rows} == {"all", "observed label right"}
