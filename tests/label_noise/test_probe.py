import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from lanet_jax.label_noise import probe


def _clouds(n=60, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    given = np.arange(n) % classes
    return rng.normal(size=(n, 4)) + 4 * np.eye(max(4, classes))[given, :4], given


def test_each_class_is_dealt_evenly():
    given = np.repeat([0, 1, 2], [7, 12, 3])
    part = probe.folds(given, 5, 0, np.arange(len(given)))
    for c in range(3):
        count = np.bincount(part[given == c], minlength=5)
        assert count.max() - count.min() <= 1
    assert np.array_equal(part, probe.folds(given, 5, 0, np.arange(len(given))))
    assert not np.array_equal(part, probe.folds(given, 5, 1, np.arange(len(given))))


def test_a_group_comes_into_one_part():
    given = np.repeat([0, 1, 2], 40)
    groups = np.random.default_rng(0).integers(50, size=120)
    part = probe.folds(given, 5, 0, groups)
    for group in range(50):
        assert len(np.unique(part[groups == group])) <= 1
    assert np.bincount(part, minlength=5).min() >= 120 // 5 - 4  # as even as groups can be dealt
    alone = np.random.default_rng(1).permutation(120)  # whatever they are called
    np.testing.assert_array_equal(
        probe.folds(given, 5, 0, alone), probe.folds(given, 5, 0, np.arange(120))
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_class_of_two_groups_is_in_two_parts(seed):
    given = np.repeat([0, 1, 2, 3], [40, 40, 5, 2])
    groups = np.random.default_rng(seed).integers(30, size=87)
    groups[-2:] = 3, 7  # which other classes have too
    part = probe.folds(given, 5, seed, groups)
    for c in range(4):
        count, apart = len(np.unique(groups[given == c])), len(np.unique(part[given == c]))
        assert apart == min(count, 5) or (apart >= 2 and c < 3)


def test_many_classes_of_two_records_warn_of_nothing(recwarn):
    features, given = _clouds(20, 10)
    given = np.append(given, [0])
    features = np.append(features, features[:1], axis=0)
    probe.out_of_fold(features, given, 10, np.arange(21) % 5)
    assert not recwarn.list


def test_a_record_s_own_label_has_no_part_in_what_is_believed_of_it():
    features, given = _clouds()
    part = np.arange(60) // 3 % 5
    changed = given.copy()
    changed[7] = (given[7] + 1) % 3
    before, after = (probe.out_of_fold(features, g, 3, part) for g in (given, changed))
    same = part == part[7]
    np.testing.assert_array_equal(before[same], after[same])
    assert not np.allclose(before[~same], after[~same])


def test_clouds_are_told_apart_in_any_unit():
    features, given = _clouds()
    part = probe.folds(given, 5, 0, np.arange(len(given)))
    beliefs = probe.out_of_fold(features, given, 3, part)
    np.testing.assert_allclose(beliefs.sum(axis=1), 1, atol=1e-6)
    assert np.mean(beliefs.argmax(axis=1) == given) > 0.9
    elsewhere = probe.out_of_fold(features * 1e3 - 7, given, 3, part)
    np.testing.assert_allclose(elsewhere, beliefs, atol=1e-3)
    for unit in (1e30, 1e-30):  # whose squares float32 cannot hold
        scaled = (features * unit).astype(np.float32)
        np.testing.assert_allclose(probe.out_of_fold(scaled, given, 3, part), beliefs, atol=1e-3)


def test_the_penalty_is_one_over_the_number_of_standardised_features():
    features, given = _clouds()
    part = np.arange(60) // 3 % 5
    rest = part != 2
    standard = (features - features[rest].mean(axis=0)) / features[rest].std(axis=0)
    model = LogisticRegression(C=1 / 4, max_iter=300).fit(standard[rest], given[rest])
    beliefs = probe.out_of_fold(features, given, 3, part)
    np.testing.assert_allclose(beliefs[~rest], model.predict_proba(standard[~rest]), atol=1e-3)


def test_a_constant_feature_says_nothing():
    features, given = _clouds()
    part = probe.folds(given, 5, 0, np.arange(len(given)))
    with_one = np.hstack([features, np.full((60, 1), 0.1)])
    # The penalty is that of one feature more, so only the guesses are the same.
    guess = probe.out_of_fold(with_one, given, 3, part).argmax(axis=1)
    assert np.array_equal(guess, probe.out_of_fold(features, given, 3, part).argmax(axis=1))
    alone = probe.out_of_fold(np.full((60, 2), 0.1, np.float32), given, 3, part)
    np.testing.assert_allclose(alone, 1 / 3, atol=1e-3)


def test_a_class_that_the_other_parts_do_not_hold_gets_nothing():
    features, _ = _clouds(20)
    given = np.zeros(20, int)
    given[4] = 2
    part = np.arange(20) % 5
    beliefs = probe.out_of_fold(features, given, 3, part)
    np.testing.assert_array_equal(beliefs[part == 4], [[1, 0, 0]] * 4)  # one class is left
    assert np.all(beliefs[:, 1] == 0)
    assert np.all(beliefs[part == 0, 2] > 0)
