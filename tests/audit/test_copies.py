import numpy as np

from lanet_jax.audit import copies


def test_copies_are_the_same_in_every_space():
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(6, 4)), rng.normal(size=(6, 3))
    one[4], two[4] = one[1], two[1]
    one[5] = one[2]  # another face with the same features in one space only
    groups = copies.of([one, two])
    assert groups[4] == groups[1]
    assert len(np.unique(groups)) == 5
    assert len(np.unique(copies.of([one]))) == 4


def test_whole_numbers_coincide_without_being_copies():
    counts = np.eye(3)[[0, 1, 0, 2]]
    np.testing.assert_array_equal(copies.of([counts]), np.arange(4))
    assert len(np.unique(copies.of([counts + 0.5]))) == 3


def test_it_is_told_how_many_and_which_disagree():
    groups, names = np.array([0, 1, 0, 2, 1, 0]), tuple("abcdef")
    assert copies.told(np.arange(6), np.zeros(6, int), names) == ()
    [same] = copies.told(groups, np.zeros(6, int), names)
    assert same == "2 faces occur more than once (5 records); copies are held out together"
    [told] = copies.told(groups, np.array([1, 0, 1, 0, 0, 2]), names)
    assert "1 of them under different labels, such as a and f" in told
