import numpy as np
import pytest

from lanet_jax.label_noise import ranking

TARGETS = np.array([[0.2, 0.7, 0.1], [0.5, 0.4, 0.1], [0.1, 0.1, 0.8]])
NEIGHBORS = np.array([[0.4, 0.5, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
GIVEN = np.array([0, 0, 2])
EVEN = np.array([[0.0, 0.5, 0.5], [0.5, 0.0, 0.5], [0.5, 0.5, 0.0]])


def test_scores_by_hand():
    found = ranking.rank(TARGETS, TARGETS, NEIGHBORS, GIVEN, EVEN)
    np.testing.assert_allclose(found.scores["suspicion"], [0.8, 0.5, 0.2])
    np.testing.assert_allclose(found.scores["margin"], [0.5, -0.1, -0.7])
    np.testing.assert_allclose(found.scores["consensus"], [0.7, 0.7, 0.4])
    smooth = np.array([0.9, 0.05, 0.05])
    smooth = (smooth, smooth, smooth[::-1])
    kl = [np.sum(t * np.log(t / s)) for t, s in zip(TARGETS, smooth, strict=True)]
    np.testing.assert_allclose(found.scores["kl"], kl)
    np.testing.assert_allclose(found.beliefs["consensus"][1], [0.3, 0.6, 0.1])
    assert found.beliefs["margin"] is found.beliefs["kl"]


def test_a_class_counts_as_often_as_it_is_taken_for_the_given_one():
    off_diagonal = np.array([[0.0, 0.75, 0.25], [0.75, 0.0, 0.25], [0.5, 0.5, 0.0]])
    found = ranking.rank(TARGETS, TARGETS, NEIGHBORS, GIVEN, off_diagonal)
    # Means of targets and neighbours: [.3 .6 .1], [.3 .6 .1], [.2 .2 .6]. Three of four wrong
    # labels of class 1 are 0, twice the half of even shares: 1.5; of class 2 half are: 1; one
    # of four of classes 0 and 1 are 2: 0.5.
    beliefs = [[0.3 / 1.3, 0.9 / 1.3, 0.1 / 1.3]] * 2 + [[0.125, 0.125, 0.75]]
    np.testing.assert_allclose(found.beliefs["consensus"], beliefs)
    np.testing.assert_allclose(found.scores["consensus"], [1 / 1.3, 1 / 1.3, 0.25])
    np.testing.assert_allclose(found.scores["suspicion"], [0.8, 0.5, 0.2])


def test_quality_by_hand():
    wrong = np.array([True, False, True, False, False])
    found = ranking.quality(wrong, np.array([5.0, 4.0, 3.0, 2.0, 1.0]), k=1)
    assert found.auroc == pytest.approx(5 / 6)
    assert found.average_precision == pytest.approx((1 + 2 / 3) / 2)
    assert found.precision == 0.5  # one of the first two
    assert found.lift == pytest.approx(1 / 0.4)


def test_equal_scores_keep_their_order():
    assert ranking.order(np.array([1.0, 2.0, 1.0, 2.0])).tolist() == [1, 3, 0, 2]
