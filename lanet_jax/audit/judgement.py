"""From beliefs to what is said of each label: how doubtful, what else it may be, or nothing."""

import dataclasses

import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax import metrics
from lanet_jax.audit import noise_range, verdict
from lanet_jax.audit.noise_range import NoiseRange
from lanet_jax.audit.verdict import Level, Skill, Verdict

NO_SUGGESTION = -1
_MARGIN = 0.5  # of the likeliest class over the given one


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What an audit says of itself, and of every label.

    Attributes:
      verdict: whether and how it may speak.
      skill: that the verdict rests on.
      noise: what share of the labels is wrong.
      doubted: another class is likelier than the given one; nowhere if there is nothing to say.
      suggested: that class, where it is likely enough to be suggested, else NO_SUGGESTION.
    """

    verdict: Verdict
    skill: Skill
    noise: NoiseRange
    doubted: Bool[np.ndarray, " N"]
    suggested: Int[np.ndarray, " N"]

    @property
    def summary(self) -> str:
        """What is found, in two or three sentences; the same wherever it is read."""
        if self.verdict.level is Level.NOTHING:
            return self.verdict.sentence
        told = f"{self.verdict.sentence} Share of wrong labels: {self.noise}."
        if self.verdict.level is Level.RANKING:
            return told
        shown = np.mean(self.suggested != NO_SUGGESTION)
        if not shown:
            return f"{told} No other label is suggested."
        return f"{told} Another label is suggested for {shown:.1%} of the records."


def judge(
    beliefs: Float[np.ndarray, "N C"],
    witness: Float[np.ndarray, "N C"],
    given: Int[np.ndarray, " N"],
    how: str,
    asked: Bool[np.ndarray, " N"] | None = None,
) -> Judgement:
    """Decides what to say of the labels.

    A class is suggested where it is believed more than the given one by half of all, and for no
    more records, the most suspicious first, than are estimated to be wrong: on a clean set, where
    each suggestion would be wrong, that is next to none.

    Args:
      beliefs: of every record.
      witness: beliefs that owe nothing to the record's own given label, to judge and count by.
      given: labels.
      how: the witness was come by, as in "out of fold".
      asked: records of which the witness can know something; None for all.

    Returns:
      The judgement.
    """
    known = np.ones(len(given), bool) if asked is None else asked
    skill = verdict.skill(witness[known], given[known])
    noise = noise_range.estimate(witness[known], given[known])
    decided = verdict.judge(skill, noise, beliefs.shape[1], how)
    return decide(decided, skill, noise, beliefs, given)


def decide(
    decided: Verdict,
    skill: Skill,
    noise: NoiseRange,
    beliefs: Float[np.ndarray, "N C"],
    given: Int[np.ndarray, " N"],
) -> Judgement:
    """Says of each label what a verdict allows; see `judge`.

    Args:
      decided: the verdict.
      skill: that it rests on.
      noise: share of wrong labels.
      beliefs: of every record.
      given: labels.

    Returns:
      The judgement.
    """
    likeliest = beliefs.argmax(axis=1)
    suggested = np.full(len(given), NO_SUGGESTION)
    if decided.level is Level.NOTHING:
        return Judgement(decided, skill, noise.upper_end, np.zeros(len(given), bool), suggested)
    if decided.level is Level.RANKING:
        return Judgement(decided, skill, noise.upper_end, likeliest != given, suggested)
    suspicion = metrics.suspicion(beliefs, given)
    order = np.argsort(-suspicion, kind="stable")
    margin = beliefs.max(axis=1) - (1 - suspicion)
    shown = order[margin[order] > _MARGIN][: round((noise.estimate or 0) * len(given))]
    suggested[shown] = likeliest[shown]
    return Judgement(decided, skill, noise, likeliest != given, suggested)


def decide_all(
    judged: Judgement, beliefs: dict[str, Float[np.ndarray, "N C"]], given: Int[np.ndarray, " N"]
) -> dict[str, Judgement]:
    """What one verdict allows to say by each of several beliefs.

    Args:
      judged: by whatever the verdict was decided on.
      beliefs: by name.
      given: labels.

    Returns:
      Judgements by name.
    """
    return {
        name: decide(judged.verdict, judged.skill, judged.noise, believed, given)
        for name, believed in beliefs.items()
    }
