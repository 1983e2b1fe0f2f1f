"""Equal classes, by hand."""

import numpy as np

from lanet_jax import metrics
from lanet_jax.export.equal_classes import class_prior, with_equal_classes


def test_the_class_prior_is_the_mean_prediction_and_never_0():
    np.testing.assert_allclose(class_prior(np.array([[0.7, 0.3], [0.1, 0.9]])), [0.4, 0.6])
    assert class_prior(np.array([[1.0, 0.0]])).min() > 0


def test_equal_classes_by_hand():
    p, prior = np.array([[0.8, 0.2], [0.6, 0.4]]), np.array([0.75, 0.25])
    # 0.8 / 0.75 : 0.2 / 0.25 = 4 : 3 and 0.6 / 0.75 : 0.4 / 0.25 = 1 : 2.
    expected = [[4 / 7, 3 / 7], [1 / 3, 2 / 3]]
    np.testing.assert_allclose(with_equal_classes(p, prior), expected)
    np.testing.assert_allclose(with_equal_classes(p, prior, 0.0), p)
    half = with_equal_classes(p, prior, 0.5)
    np.testing.assert_allclose(half[:, 0] / half[:, 1], [4 / 3**0.5, 1.5 / 3**0.5])


def test_equal_classes_find_a_rare_one_that_its_frequency_hides():
    # One record of ten is of class 1. It is told apart, though never the more probable class.
    p = np.array([[0.95, 0.05]] * 9 + [[0.6, 0.4]])
    labels = np.array([0] * 9 + [1])
    before = metrics.summary(p, labels)
    after = metrics.summary(with_equal_classes(p, class_prior(p)), labels)
    assert (before["accuracy"], before["mean_class_accuracy"]) == (0.9, 0.5)
    assert (after["accuracy"], after["mean_class_accuracy"]) == (1.0, 1.0)
