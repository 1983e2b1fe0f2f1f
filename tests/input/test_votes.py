import numpy as np

from lanet_jax.input import votes


def test_votes_for_no_class_are_left_out_before_the_shares_are_taken():
    names = ("neutral", "anger", "unknown", "NF")
    counts = np.array([[3, 1, 4, 2], [0, 5, 5, 0], [0, 0, 7, 3]])
    found = votes.shares(counts, names, ("anger", "neutral"))
    np.testing.assert_allclose(found, [[0.25, 0.75], [1, 0], [np.nan, np.nan]])


def test_a_class_that_nobody_could_vote_for_has_none():
    found = votes.shares(np.array([[1, 3]]), ("fear", "anger"), ("anger", "contempt", "fear"))
    np.testing.assert_allclose(found, [[0.75, 0, 0.25]])
