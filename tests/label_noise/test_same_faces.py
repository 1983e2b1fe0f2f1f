import numpy as np

from lanet_jax.label_noise import same_faces


def test_copies_are_the_same_in_every_space():
    rng = np.random.default_rng(0)
    one, two = rng.normal(size=(6, 4)), rng.normal(size=(6, 3))
    one[4], two[4] = one[1], two[1]
    one[5] = one[2]  # another face with the same features in one space only
    groups = same_faces.of([one, two])
    assert groups[4] == groups[1]
    assert len(np.unique(groups)) == 5
    assert len(np.unique(same_faces.of([one]))) == 4


def test_codes_coincide_without_being_copies():
    codes = np.eye(3)[np.arange(60) % 3]
    for space in (codes, (codes - codes.mean()) / codes.std(), np.full((60, 2), 0.5)):
        np.testing.assert_array_equal(same_faces.of([space]), np.arange(60))


def test_whole_numbers_that_do_not_coincide_by_chance_may_be_copies():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30)).astype(np.uint8)
    assert len(np.unique(same_faces.of([np.repeat(pixels, 3, axis=0)]))) == 20


def test_both_zeros_are_the_same():
    features = np.random.default_rng(0).normal(size=(6, 4)) * [1, 1, 1, 0]
    assert len(np.unique(same_faces.of([np.concatenate([features, -0.0 + features])]))) == 6
    other = features.copy()
    other[:, 3] = -0.0
    assert len(np.unique(same_faces.of([np.concatenate([features, other])]))) == 6


def test_groups_are_joined_by_copies():
    video, face = np.array([0, 0, 1, 1, 2]), np.array([5, 6, 6, 7, 8])
    np.testing.assert_array_equal(same_faces.joined(video, face), [0, 0, 0, 0, 1])


def test_many_copies_of_one_face_count_little():
    assert same_faces.effective(np.arange(100)) == 100
    assert same_faces.effective(np.repeat(np.arange(50), 2)) == 50
    assert same_faces.effective(np.concatenate([np.zeros(150, int), np.arange(1, 300)])) == 9


def test_a_class_of_one_fold_cannot_be_known_there():
    given, part = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 3, 3, 2])
    np.testing.assert_array_equal(~same_faces.shared(given, part), [False, False, True, True, True])


def test_a_label_that_only_copies_share():
    given, groups = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 2, 2, 3])
    np.testing.assert_array_equal(
        same_faces.shared(given, groups), [True, True, False, False, False]
    )


def test_it_is_told_how_many_and_which_disagree():
    groups, names = np.array([0, 1, 0, 2, 1, 0]), tuple("abcdef")
    assert same_faces.told(np.arange(6), np.zeros(6, int), names) == ()
    [same] = same_faces.told(groups, np.zeros(6, int), names)
    assert same == "2 faces occur more than once (5 records); copies are held out together"
    [told] = same_faces.told(groups, np.array([1, 0, 1, 0, 0, 2]), names)
    assert "1 of them under different labels, such as a and f" in told
    [told] = same_faces.told(groups, np.array([1, 0, 2, 0, 0, 1]), names)
    assert "such as a and c" in told
