"""Probabilities of a network that was trained on the labels which it is asked about."""

import numpy as np
import pytest

from lanet_jax.label_noise import repeated
from lanet_jax.label_noise.noise_range import UNKNOWN, NoiseRange
from lanet_jax.label_noise.of_arrays import audit_labels
from lanet_jax.label_noise.verdict import Level

GIVEN = np.repeat([0, 1], 50)


def calls(wrong):
    """A network that calls the first few records by the other name."""
    called = GIVEN.copy()
    called[:wrong] = 1
    return np.eye(2)[called]


@pytest.mark.parametrize(
    "wrong, learned, share",
    [
        (0, [], 1.0),
        (2, [], 0.98),
        (3, [], None),  # 97%
        (2, [0.3, 0.92], 0.98),
        (2, [0.3, 0.94], None),  # the labels may be that easy
    ],
)
def test_nearly_all_and_far_more_than_others(wrong, learned, share):
    assert repeated.share(calls(wrong), GIVEN, learned) == share


@pytest.fixture
def clouds():
    """Features, labels of which a fifth is wrong, and probabilities that repeat these."""
    rng = np.random.default_rng(0)
    true = np.arange(400) % 4
    given = np.where(rng.random(400) < 0.2, (true + rng.integers(1, 4, 400)) % 4, true)
    return rng.normal(size=(400, 8)) + 2.5 * np.eye(8)[true], given, np.eye(4)[given] * 0.6 + 0.1


def test_alone_they_are_doubted_and_nothing_rests_on_them(clouds):
    _, given, repeating = clouds
    audit = audit_labels(given, repeating)
    assert audit.summary.startswith("By the probabilities given, 100% of the observed labels")
    assert "They repeat the labels: were they trained on them?" in audit.summary
    assert audit.summary.endswith("Share of wrong labels: unknown.")
    assert audit.judgement.verdict.level is Level.RANKING and audit.judgement.noise == UNKNOWN


def test_beside_features_they_have_no_vote(clouds):
    features, given, repeating = clouds
    audit, without = audit_labels(given, repeating, features), audit_labels(given, None, features)
    assert audit.weights == {"features": 1, "probabilities": 0}
    np.testing.assert_array_equal(audit.beliefs, without.beliefs)
    assert audit.judgement.noise == without.judgement.noise
    assert list(audit) == list(without) and audit.judgement.noise.estimate > 0.1
    start = "Out of fold, and without the probabilities given, which repeat 100% of the labels"
    assert audit.summary.startswith(f"{start} (were they trained on them?), ")


def test_a_class_that_only_they_know_is_not_judged(clouds):
    features, given, repeating = clouds
    given, repeating = np.append(given, 4), np.pad(repeating, ((0, 1), (0, 1)))
    repeating[400, 4] = 1
    features = np.append(features, features[:1] + 1, axis=0)
    audit = audit_labels(given, repeating, features)
    assert not audit.judgement.judged[400]


def test_easy_labels_stay_easy_beside_classes_of_one_record():
    """Features guess every label that they can, so nothing speaks against who guesses all."""
    given = np.append(np.arange(80) % 4, np.arange(4, 14))
    features = np.random.default_rng(0).normal(size=(90, 8)) + 9 * np.eye(14)[given, :8]
    audit = audit_labels(given, np.eye(14)[given], features)
    assert "trained" not in audit.summary and audit.weights["probabilities"] > 0


def test_honest_ones_vote_as_before(clouds):
    features, given, _ = clouds
    honest = np.eye(4)[np.arange(400) % 4] * 0.6 + 0.1  # they know the truth
    audit = audit_labels(given, honest, features)
    assert audit.weights["probabilities"] > 0.5
    assert audit.summary.startswith("Out of fold, ") and "trained" not in audit.summary
    alone = audit_labels(given, honest)
    assert alone.judgement.verdict.level is Level.SUGGESTIONS
    assert "trained" not in alone.summary


def test_what_is_unknown_is_called_so():
    assert str(NoiseRange(0.0, None, 1.0)) == "unknown"
    assert str(NoiseRange(0.0, None, 0.3)) == "at most 30%"
