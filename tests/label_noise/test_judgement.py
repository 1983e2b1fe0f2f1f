"""Which labels are doubted and for which another is suggested, under a verdict that allows it."""

import numpy as np
import pytest

from lanet_jax.label_noise.judgement import NO_SUGGESTION, Standing, decide, measure
from lanet_jax.label_noise.noise_range import NoiseRange
from lanet_jax.label_noise.verdict import Level, Skill, Verdict

SURE = Verdict(Level.SUGGESTIONS, "Measured.")
SKILL = Skill(0.9, 0.5, 0.5, 30, 100)
NOISE = NoiseRange(0.1, 0.2, 0.3)
GIVEN = np.zeros(100, int)
EVERY = np.ones(100, bool)


def _decided(first, noise=NOISE, judged=EVERY):
    """The judgement where the first beliefs are given and all others agree with the label."""
    beliefs = np.full((100, 2), [0.9, 0.1])
    beliefs[: len(first)] = first
    return decide(Standing(SURE, SKILL, noise, judged), beliefs, GIVEN)


def test_another_class_must_be_believed_by_more_than_half_above():
    found = _decided([[0.25, 0.75], [0.24, 0.76], [0.49, 0.51], [0.5, 0.5]])
    assert found.suggested[:4].tolist() == [NO_SUGGESTION, 1, NO_SUGGESTION, NO_SUGGESTION]
    assert found.doubted[:4].tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("noise", "shown"),
    [
        (NoiseRange(0.0, 0.02, 0.2), 0),  # as likely none at all
        (NoiseRange(0.01, 0.02, 0.2), 2),
        (NoiseRange(0.0, 0.03, 0.2), 3),
        (NoiseRange(0.1, None, 0.2), 0),  # no number of wrong labels to go by
    ],
)
def test_a_small_share_that_may_be_none_suggests_nothing(noise, shown):
    assert np.sum(_decided([[0.1, 0.9]] * 10, noise).suggested == 1) == shown


def test_what_was_not_judged_is_neither_doubted_nor_suggested():
    found = _decided([[0.1, 0.9]] * 2, judged=np.arange(100) != 1)
    assert found.doubted[:2].tolist() == [True, False]
    assert found.suggested[:2].tolist() == [1, NO_SUGGESTION]


def test_what_was_not_judged_may_be_right_or_wrong():
    agreeing = np.full((100, 2), [0.9, 0.1])
    found = measure(agreeing, GIVEN, "out of fold", np.arange(100) >= 25, 75)
    assert found.noise == (0, 0, 0.25)


def test_the_summary_says_how_many_labels_were_not_judged():
    told = "that no other fold has; the range counts them as right at one end and as wrong at the"
    some = _decided([[0.1, 0.9]] * 2, judged=np.arange(100) != 1)
    assert f"Not judged: 1 label {told} other." in some.summary
    assert "Not judged" not in _decided([[0.1, 0.9]] * 2).summary
