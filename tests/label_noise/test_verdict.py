import numpy as np
import pytest

from lanet_jax import metrics
from lanet_jax.label_noise import verdict
from lanet_jax.label_noise.judgement import NO_SUGGESTION, decide, measure
from lanet_jax.label_noise.noise_range import NoiseRange
from lanet_jax.label_noise.verdict import Level, Skill

CLEAN = NoiseRange(0.0, 0.0, 0.3)


def _judged(beliefs, given):
    every = np.ones(len(given), bool)
    return decide(measure(beliefs, given, "out of fold", every, len(given)), beliefs, given)


def test_levels_are_ordered():
    assert sorted([Level.SUGGESTIONS, Level.NOTHING, Level.RANKING]) == list(Level)
    assert Level.SUGGESTIONS > Level.RANKING > Level.NOTHING


def test_skill_by_hand():
    given = np.array([0, 0, 0, 1] * 25)
    guess = np.array([0, 0, 1, 1] * 25)
    found = verdict.skill(np.eye(2)[guess], given, 100)
    assert (found.agreement, found.majority) == (0.75, 0.75)
    assert found.permuted == pytest.approx(0.5 * 0.75 + 0.5 * 0.25, abs=0.01)
    assert found.beyond_chance == pytest.approx(0.5, abs=0.02)
    assert (found.deviations > 4, found.records) == (True, 100)
    usual = verdict.skill(np.eye(2)[given[::-1]], given, 100)  # three of four guesses are 0
    assert (usual.agreement, usual.majority) == (0.5, 0.75)
    assert usual.permuted == pytest.approx(0.75 * 0.75 + 0.25 * 0.25, abs=0.01)


def test_copies_make_the_same_agreement_less_certain():
    given = np.array([0, 0, 0, 1] * 25)
    beliefs = np.eye(2)[[0, 0, 1, 1] * 25]
    alone, copied = (verdict.skill(beliefs, given, n) for n in (100, 25))
    assert copied[:3] == alone[:3]
    assert copied.deviations == pytest.approx(alone.deviations / 2)
    assert copied.records == 25


def test_one_label_of_few_is_within_chance():
    given = np.array([0] * 9 + [1])
    found = verdict.skill(np.eye(2)[given], given, 10)
    # Permuted labels agree by 80%, or by all in one of ten: a deviation of 6%, less than a label.
    assert found.deviations == pytest.approx((1 - found.permuted) / 0.1)


@pytest.mark.parametrize(
    "found, noise, level",
    [
        (Skill(0.80, 0.3, 0.2, 30, 100), CLEAN, Level.SUGGESTIONS),
        (Skill(0.80, 0.3, 0.2, 3.9, 100), CLEAN, Level.NOTHING),  # a small set has such luck
        (Skill(0.80, 0.3, 0.2, 4.0, 100), CLEAN, Level.SUGGESTIONS),
        (Skill(0.55, 0.3, 0.2, 30, 100), CLEAN, Level.RANKING),  # .44 beyond chance
        # The same agreement is as good as wrong labels allow: .44 of 1 - .25 * 8 / 7.
        (Skill(0.55, 0.3, 0.2, 30, 100), NoiseRange(0.2, 0.25, 0.5), Level.SUGGESTIONS),
        (Skill(0.40, 0.3, 0.2, 30, 100), NoiseRange(0.4, 0.6, 0.7), Level.RANKING),
    ],
)
def test_what_may_be_said(found, noise, level):
    decided = verdict.judge(found, noise, 8, "out of fold")
    assert decided.level is level
    assert decided.sentence.startswith(f"Out of fold, {found.agreement:.0%} of the observed labels")
    low, high = metrics.wilson(found.agreement, 100)
    assert f"(95% interval {low:.0%} to {high:.0%}; always" in decided.sentence


def test_no_more_is_suggested_than_is_wrong(monkeypatch):
    given = np.zeros(100, int)
    beliefs = np.full((100, 2), [0.9, 0.1])
    beliefs[:10] = [0.1, 0.9]
    beliefs[10:12] = [0.3, 0.7]
    skill, ranges = Skill(0.9, 0.5, 0.5, 30, 100), NoiseRange(0.0, 0.08, 0.2)
    monkeypatch.setattr("lanet_jax.label_noise.judgement.verdict.skill", lambda *_: skill)
    monkeypatch.setattr("lanet_jax.label_noise.judgement.noise_range.estimate", lambda *_: ranges)
    found = _judged(beliefs, given)
    assert found.doubted.sum() == 12
    assert np.flatnonzero(found.suggested == 1).tolist() == list(range(8))
    assert np.all(found.suggested[8:] == NO_SUGGESTION)
    assert "about 8% (at most 20%)" in found.summary
    assert found.summary.endswith("suggested for 8.0% of the records.")


@pytest.mark.parametrize("level, doubted", [(Level.RANKING, 12), (Level.NOTHING, 0)])
def test_a_weak_audit_suggests_nothing(monkeypatch, level, doubted):
    given = np.zeros(100, int)
    beliefs = np.full((100, 2), [0.9, 0.1])
    beliefs[:12] = [0.1, 0.9]
    monkeypatch.setattr(
        "lanet_jax.label_noise.judgement.verdict.judge",
        lambda *_: verdict.Verdict(level, "Measured."),
    )
    found = _judged(beliefs, given)
    assert np.all(found.suggested == NO_SUGGESTION)
    assert found.doubted.sum() == doubted
    assert (found.noise.at_least, found.noise.estimate) == (0, None)
    assert ("at most" in found.summary) == (level is Level.RANKING)


def test_a_caution_forbids_suggestions_and_is_said():
    found = verdict.judge(Skill(0.9, 0.3, 0.2, 30, 100), CLEAN, 4, "out of fold", "Look here.")
    assert found.level is Level.RANKING and " Look here. That is no basis" in found.sentence
    lucky = verdict.judge(Skill(0.8, 0.3, 0.2, 3, 100), CLEAN, 4, "out of fold", "Look here.")
    assert lucky.level is Level.NOTHING
