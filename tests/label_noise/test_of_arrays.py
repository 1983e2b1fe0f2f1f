import numpy as np
import pytest

import lanet_jax
from lanet_jax.errors import UserError
from lanet_jax.label_noise import of_arrays
from lanet_jax.label_noise.verdict import Level

CLASSES = ("anger", "fear", "joy", "neutral")


def _clouds(n=400, rate=0.0, apart=2.5, seed=0):
    rng = np.random.default_rng(seed)
    true = np.arange(n) % 4
    features = rng.normal(size=(n, 8)) + apart * np.eye(8)[true]
    given = true.copy()
    wrong = rng.permutation(n)[: round(rate * n)]
    given[wrong] = (true[wrong] + rng.integers(1, 4, len(wrong))) % 4
    return features, given, true


def test_wrong_labels_come_first_and_suggestions_are_right():
    features, given, true = _clouds(rate=0.2)
    audit = lanet_jax.audit_labels(given, features=features, classes=CLASSES)
    assert audit.judgement.verdict.level is Level.SUGGESTIONS
    assert len(audit) == 400
    first = audit[:80]
    assert np.mean([given[row.index] != true[row.index] for row in first]) > 0.7
    assert [row.score for row in first] == sorted((row.score for row in first), reverse=True)
    shown = [row for row in audit if row.suggested]
    right = [row.suggested == CLASSES[true[row.index]] for row in shown]
    assert len(shown) > 10
    assert np.mean(right) > 0.8
    assert all(row.given == CLASSES[given[row.index]] for row in shown)
    noise = audit.judgement.noise
    assert noise.at_least <= 0.2 <= noise.at_most
    assert noise.estimate == pytest.approx(0.2, abs=0.08)


def test_a_clean_set_is_told_so():
    features, given, _ = _clouds()
    audit = of_arrays.audit_labels(given, features=features)
    assert audit.judgement.noise.at_least == 0
    assert audit.judgement.noise.estimate < 0.05
    assert sum(bool(row.suggested) for row in audit) < 0.05 * len(audit)


def test_features_that_know_nothing_have_nothing_to_say():
    _, given, _ = _clouds(rate=0.2)
    noise = np.random.default_rng(3).normal(size=(400, 8))
    audit = of_arrays.audit_labels(given, features=noise)
    assert audit.judgement.verdict.level is Level.NOTHING
    assert "nothing to say" in audit.summary
    assert not any(row.suggested or row.doubted for row in audit)


def test_the_seed_deals_the_folds():
    features, given, _ = _clouds(80)
    zero, same, one = (
        of_arrays.audit_labels(given, features=features, seed=seed).beliefs for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(zero, same)
    assert not np.allclose(zero, one)


def test_several_witnesses_each_get_their_weight():
    features, given, true = _clouds(rate=0.1)
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(400, 8))
    good = 0.6 * np.eye(4)[true] + 0.1
    audit = of_arrays.audit_labels(given, good, {"one": features, "two": noise}, CLASSES)
    assert list(audit.weights) == ["one", "two", "probabilities"]
    assert sum(audit.weights.values()) == pytest.approx(1)
    assert audit.weights["two"] < 0.1 < audit.weights["probabilities"]
    worse = of_arrays.audit_labels(given, rng.dirichlet(np.ones(4), 400), features, CLASSES)
    assert worse.weights["probabilities"] < 0.1
    alone = of_arrays.audit_labels(given, good)
    np.testing.assert_allclose(alone.beliefs, good, atol=1e-6)


def test_names_or_numbers():
    features, given, _ = _clouds(80)
    by_number = of_arrays.audit_labels(given, features=features, classes=CLASSES)
    names = [CLASSES[label] for label in given]
    by_name = of_arrays.audit_labels(names, features=features)
    assert by_name.classes == CLASSES  # in alphabetical order
    assert list(by_name) == list(by_number)
    assert of_arrays.audit_labels(given, features=features).classes == ("0", "1", "2", "3")
    assert list(
        of_arrays.audit_labels(given.astype(object), features=features, classes=CLASSES)
    ) == (list(by_number))


def test_the_only_record_of_a_class_is_not_judged():
    features, given, _ = _clouds(80)
    without = of_arrays.audit_labels(given, features=features).judgement.noise
    given[5] = 4
    audit = of_arrays.audit_labels(given, features=features)
    others = np.delete(audit.score, 5)
    assert audit.score[5] == pytest.approx(np.median(others))  # neither first nor last
    assert not audit.judgement.doubted[5] and audit.judgement.judged.sum() == 79
    assert "Not judged: 1 label that no other fold has" in audit.summary
    assert audit.judgement.noise.at_most >= without.at_most
    np.testing.assert_allclose(audit.beliefs.sum(axis=1), 1, atol=1e-6)
    network = np.full((80, 5), 0.05)
    network[np.arange(80), np.arange(80) % 4] = 0.8
    network[10:13] = network[9]
    audit = of_arrays.audit_labels(given, network, features)
    assert audit.score[5] == pytest.approx(0.95)
    assert "Not judged" not in audit.summary


def test_copies_do_not_vouch_for_each_other():
    features, given, _ = _clouds(120, rate=0.2, apart=1.5)
    once = of_arrays.audit_labels(given, features=features).judgement.noise
    repeated = np.repeat(features, 4, axis=0), np.repeat(given, 4)
    found = of_arrays.audit_labels(repeated[1], features=repeated[0]).judgement.noise
    assert found.at_most == pytest.approx(once.at_most, abs=0.06)
    apart = np.arange(480)
    fooled = of_arrays.audit_labels(repeated[1], features=repeated[0], groups=apart).judgement.noise
    assert fooled.at_most == pytest.approx(found.at_most)  # copies stay together all the same


def test_groups_are_held_out_together():
    features, given, _ = _clouds(120, rate=0.2, apart=1.5)
    frames = np.repeat(features, 4, axis=0)
    frames += 1e-3 * np.random.default_rng(0).normal(size=frames.shape)
    video = [f"video {i // 4}" for i in range(480)]
    asked = {"labels": np.repeat(given, 4), "features": frames}
    grouped = of_arrays.audit_labels(**asked, groups=video).judgement
    assert grouped.skill.records == 120
    assert grouped.skill.agreement < of_arrays.audit_labels(**asked).judgement.skill.agreement - 0.1
    with pytest.raises(UserError, match="no class has records in two of the 2 groups"):
        of_arrays.audit_labels(given % 2, features=features, groups=given % 2)
    with pytest.raises(UserError, match="groups: all 120 records are in one"):
        of_arrays.audit_labels(given, features=features, groups=["a"] * 120)


def test_one_face_in_many_copies_is_no_evidence():
    for seed in range(4):
        rng = np.random.default_rng(seed)
        faces, labels = rng.normal(size=(300, 16)), rng.integers(4, size=300)
        rows = np.concatenate([np.zeros(150, int), np.arange(300)])
        audit = of_arrays.audit_labels(labels[rows], features=faces[rows])
        assert audit.judgement.verdict.level is Level.NOTHING


def test_two_copies_of_a_class_that_only_a_network_knows():
    features, given, _ = _clouds(80)
    features[6], given[[5, 6]] = features[5], 4
    network = np.full((80, 5), 0.05)
    network[np.arange(80), given] = 0.8
    network[10:13] = network[9]
    audit = of_arrays.audit_labels(given, network, features)
    assert audit.score[[5, 6]] == pytest.approx(0.2)
    assert not audit.judgement.doubted[[5, 6]].any()


def test_records_that_nobody_was_asked_about_are_not_counted_as_guessed():
    features, given, _ = _clouds(80)
    before = of_arrays.audit_labels(given, features=np.zeros_like(features)).judgement.skill
    given = np.concatenate([given, np.arange(4, 34)])  # each the only one of its class
    audit = of_arrays.audit_labels(given, features=np.zeros((110, 8)))
    assert audit.judgement.skill.records == 80
    assert audit.judgement.skill.agreement == pytest.approx(before.agreement, abs=0.1)
    assert audit.judgement.verdict.level is Level.NOTHING
