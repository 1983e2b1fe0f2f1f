"""Errors of landmarks by hand."""

import numpy as np
import pytest

from lanet_jax.evaluate.landmark_error import landmark_errors, of_all, of_records

TRUE = np.array([[[0, 0], [4, 0], [2, 2]]] * 4, float)
PREDICTED = TRUE + np.array([3.0, 4.0])  # 5 off everywhere
KNOWN = np.ones((4, 3), bool)
KNOWN[1, 2], KNOWN[2, 0] = False, False
KNOWN[3] = False


def test_without_eyes_squares_count_and_the_root_follows():
    errors = landmark_errors(PREDICTED, TRUE, KNOWN, None)
    np.testing.assert_array_equal(errors, np.where(KNOWN, (9 + 16) / 2, np.nan))
    assert of_all(errors, None) == pytest.approx(12.5**0.5)
    np.testing.assert_allclose(of_records(errors), [12.5] * 3)  # the last has no point


def test_in_distances_of_the_eyes_only_faces_with_both_count():
    errors = landmark_errors(PREDICTED, TRUE, KNOWN, (0, 1))
    counts = KNOWN & np.array([[True], [True], [False], [False]])
    np.testing.assert_array_equal(errors, np.where(counts, 5 / 4, np.nan))
    assert of_all(errors, (0, 1)) == pytest.approx(5 / 4)
    assert len(of_records(errors)) == 2


def test_a_record_counts_by_the_mean_of_its_points_and_all_by_that_of_all_points():
    errors = np.array([[1.0, 3.0], [8.0, np.nan], [np.nan, np.nan]])
    np.testing.assert_array_equal(of_records(errors), [2.0, 8.0])
    assert of_all(errors, (0, 1)) == 4.0 and of_all(errors, None) == 2.0


def test_eyes_in_one_place_and_unknown_points_that_are_nan():
    true = TRUE.copy()
    true[0, 1] = true[0, 0]
    true[1, 2] = np.nan
    errors = landmark_errors(PREDICTED, true, KNOWN, (0, 1))
    assert np.isnan(errors[0]).all() and of_all(errors, (0, 1)) == pytest.approx(5 / 4)


def test_if_no_point_counts_there_is_no_error():
    for eyes in (None, (0, 1)):
        errors = landmark_errors(PREDICTED, TRUE, np.zeros((4, 3), bool), eyes)
        assert np.isnan(of_all(errors, eyes)) and not len(of_records(errors))
