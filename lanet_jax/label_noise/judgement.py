"""From beliefs to a judgement on each label: how doubtful it is and what else it may be."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax import metrics
from lanet_jax.command_line.words import counted
from lanet_jax.label_noise import noise_range, ranking, verdict
from lanet_jax.label_noise.noise_range import NoiseRange
from lanet_jax.label_noise.verdict import Level, Skill, Verdict

NO_SUGGESTION = -1
_LEAST_SHARE = 0.03  # of wrong labels; below it, suggestions on simulated sets were mostly wrong
_MARGIN = 0.5  # by which belief in the likeliest class must exceed that in the observed one


class Standing(NamedTuple):
    """How far an audit may go, and why; every judgement on a label rests on this.

    Attributes:
      verdict: how much the audit may say.
      skill: the measurement that the verdict rests on.
      noise: share of the labels that is wrong.
      judged: labels that can be judged.
    """

    verdict: Verdict
    skill: Skill
    noise: NoiseRange
    judged: Bool[np.ndarray, " N"]


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What an audit says about itself, and about every label.

    Attributes:
      verdict: how much the audit may say.
      skill: the measurement that the verdict rests on.
      noise: share of the labels that is wrong.
      doubted: another class is likelier than the observed one; nowhere if there is nothing to say.
      suggested: that class, where it is likely enough to be suggested, else NO_SUGGESTION.
      judged: labels that could be judged: not those of a class that no other record holds.
    """

    verdict: Verdict
    skill: Skill
    noise: NoiseRange
    doubted: Bool[np.ndarray, " N"]
    suggested: Int[np.ndarray, " N"]
    judged: Bool[np.ndarray, " N"]

    @property
    def standing(self) -> Standing:
        """What other beliefs about the same labels are judged by."""
        return Standing(self.verdict, self.skill, self.noise, self.judged)

    @property
    def summary(self) -> str:
        """What was found, in a few sentences, for page, table and output alike."""
        if self.verdict.level is Level.NOTHING:
            return self.verdict.sentence
        told = f"{self.verdict.sentence} Share of wrong labels: {self.noise}."
        if unknown := int(np.sum(~self.judged)):
            told += (
                f" Not judged: {counted(unknown, 'label')} that no other fold has; "
                "the range counts them as right at one end and as wrong at the other."
            )
        if self.verdict.level is Level.RANKING:
            return told
        shown = np.mean(self.suggested != NO_SUGGESTION)
        if not shown:
            return f"{told} No other label is suggested."
        return f"{told} Another label is suggested for {shown:.1%} of the records."


def measure(
    witness: Float[np.ndarray, "N C"],
    given: Int[np.ndarray, " N"],
    how: str,
    judged: Bool[np.ndarray, " N"],
    independent: int,
    caution: str = "",
    temper: Callable[[Verdict], Verdict] | None = None,
) -> Standing:
    """Measures what beliefs are worth, before any label is judged by them.

    Args:
      witness: label distributions that do not depend on the record's own observed label.
      given: observed label of each record, an index into the classes.
      how: how the witness was obtained, as in "out of fold".
      judged: records of which the witness can know something.
      independent: how many of these are independent of each other.
      caution: see `verdict.judge`.
      temper: lowers the verdict where something else than the labels gives reason to.

    Returns:
      How far the audit may go.
    """
    skill = verdict.skill(witness[judged], given[judged], independent)
    noise = noise_range.estimate(witness[judged], given[judged], independent)
    decided = verdict.judge(skill, noise, witness.shape[1], how, caution)
    if temper is not None:
        decided = temper(decided)
    return Standing(decided, skill, noise.with_unknown(1 - float(np.mean(judged))), judged)


def decide(
    standing: Standing, beliefs: Float[np.ndarray, "N C"], given: Int[np.ndarray, " N"]
) -> Judgement:
    """Judges each label as far as a verdict allows.

    Another class is suggested where the belief in it exceeds that in the observed label by more
    than 0.5, for the most suspicious records first, and for no more records than are estimated to
    be wrong: on a clean set, where every suggestion would be wrong, that is next to none.

    Args:
      standing: says whether labels may be ordered, and others suggested.
      beliefs: label distributions of every record.
      given: observed label of each record, an index into the classes.

    Returns:
      The judgement.
    """
    decided, skill, noise, judged = standing
    likeliest = beliefs.argmax(axis=1)
    doubted = (likeliest != given) & judged
    suggested = np.full(len(given), NO_SUGGESTION)
    if decided.level is Level.NOTHING:
        none = np.zeros(len(given), bool)
        return Judgement(decided, skill, noise.upper_end, none, suggested, judged)
    if decided.level is Level.RANKING:
        return Judgement(decided, skill, noise.upper_end, doubted, suggested, judged)
    suspicion = metrics.suspicion(beliefs, given)
    order = ranking.order(suspicion)
    margin = np.where(judged, beliefs.max(axis=1) - (1 - suspicion), 0)
    # Beliefs may be surer than they are right, so the margin alone could suggest too many: no more
    # than the estimated number of wrong labels are shown. A small estimate that may as well be 0 is
    # mostly made of errors of the beliefs.
    share = noise.estimate or 0
    share = share if noise.at_least or share >= _LEAST_SHARE else 0
    shown = order[margin[order] > _MARGIN][: round(share * len(given))]
    suggested[shown] = likeliest[shown]
    return Judgement(decided, skill, noise, doubted, suggested, judged)


def decide_all(
    standing: Standing, beliefs: dict[str, Float[np.ndarray, "N C"]], given: Int[np.ndarray, " N"]
) -> dict[str, Judgement]:
    """Judges the labels by each of several beliefs, under one verdict.

    Args:
      standing: the verdict, and what it rests on.
      beliefs: label distributions by name.
      given: observed label of each record, an index into the classes.

    Returns:
      Judgements by name.
    """
    return {name: decide(standing, believed, given) for name, believed in beliefs.items()}
