import math

import numpy as np
import pytest

from lanet_jax import metrics

P = np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.5, 0.4, 0.1], [0.2, 0.2, 0.6]])
LABELS = np.array([0, 1, 1, 2])


def test_accuracy_and_confusion_by_hand():
    predicted = P.argmax(axis=1)
    assert metrics.accuracy(predicted, LABELS) == 0.75
    matrix = metrics.confusion(predicted, LABELS, 3)
    np.testing.assert_array_equal(matrix, [[1, 0, 0], [1, 1, 0], [0, 0, 1]])
    assert metrics.mean_class_accuracy(matrix) == pytest.approx((1 + 0.5 + 1) / 3)


def test_a_class_without_records_is_left_out_of_the_mean():
    assert metrics.mean_class_accuracy(np.array([[2, 0, 0], [1, 1, 0], [0, 0, 0]])) == 0.75


def test_the_mean_over_classes_has_an_interval():
    # 3 of 4 and 4 of 4, with z^2 = 3.8416: 4.9208 / 7.8416 and 5.9208 / 7.8416.
    matrix = np.array([[3, 1, 0], [0, 4, 0], [0, 0, 0]])
    expected = 1.96 * np.sqrt((0.627525 * 0.372475 + 0.755050 * 0.244950) / 7.8416) / 2
    assert metrics.mean_class_error(matrix) == pytest.approx(expected, rel=1e-5)
    # Of one class it is Wilson's, but for the square of z in its denominator.
    low, high = metrics.wilson(0.5, 1000)
    half = metrics.mean_class_error(np.array([[500, 500], [0, 0]]))
    assert half == pytest.approx((high - low) / 2, rel=1e-4)


def test_the_summary_has_the_numbers_of_the_functions():
    found = metrics.summary(P, LABELS)
    assert (found["accuracy"], found["mean_class_accuracy"]) == (0.75, pytest.approx(2.5 / 3))
    assert found["nll"] == metrics.negative_log_likelihood(P, LABELS)
    assert found["mean_class_error"] == metrics.mean_class_error(
        np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]])
    )


def test_of_label_by_hand():
    np.testing.assert_array_equal(metrics.of_label(P, LABELS), [0.7, 0.6, 0.4, 0.6])


def test_negative_log_likelihood_by_hand():
    expected = -np.mean(np.log([0.7, 0.6, 0.4, 0.6]))
    assert metrics.negative_log_likelihood(P, LABELS) == pytest.approx(expected)


def test_calibration_by_hand():
    error, bins = metrics.calibration(P, LABELS, bins=2)
    # All four confidences lie in [0.5, 1].
    (row,) = bins
    assert (row["from"], row["to"], row["records"]) == (0.5, 1.0, 4)
    assert row["confidence"] == pytest.approx(0.6) and row["accuracy"] == 0.75
    assert error == pytest.approx(0.15)


def test_a_confidence_of_one_has_a_bin():
    error, bins = metrics.calibration(np.array([[1.0, 0.0]]), np.array([0]), bins=4)
    assert error == 0 and bins[0]["to"] == 1.0


def test_wrong_labels_fitted_counts_wrong_labels_only():
    given, true = np.array([0, 1, 2, 0]), np.array([0, 2, 1, 1])
    assert metrics.wrong_labels_fitted(np.array([0, 1, 1, 2]), given, true) == pytest.approx(1 / 3)
    assert math.isnan(metrics.wrong_labels_fitted(given, given, given))


def test_suspicion_and_auroc_by_hand():
    scores = metrics.suspicion(P, LABELS)
    np.testing.assert_allclose(scores, [0.3, 0.4, 0.6, 0.4])
    # Wrong: rows 1 and 2. Of the four (wrong, right) pairs three are ordered, one is a tie.
    assert metrics.auroc(np.array([False, True, True, False]), scores) == pytest.approx(3.5 / 4)
    assert math.isnan(metrics.auroc(np.zeros(4, bool), scores))


def test_wilson_by_hand():
    # (.5 + z^2 / 20 -+ z sqrt(.25 / 10 + z^2 / 400)) / (1 + z^2 / 10), z = 1.96
    assert metrics.wilson(0.5, 10) == pytest.approx((0.23659, 0.76341), abs=1e-5)
    assert metrics.wilson(0.0, 30) == pytest.approx((0, 0.11351), abs=1e-4)
    low, high = metrics.wilson(1.0, 30)
    assert (low, high) == pytest.approx((0.88649, 1.0), abs=1e-4)
    assert metrics.interval(0.5, 10) == "23.7% to 76.3%"
    assert metrics.interval(0.5, 10, ".3f") == "0.237 to 0.763"
