"""What an audit may say: judged by what its beliefs are worth, before it says anything."""

import enum
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

_PERMUTATIONS = 200
_CHANCE = 4.0  # standard deviations above permuted labels; a set of one kind reaches 3 by luck
_LEAST_SKILL = 0.25  # below it, suggestions on simulated sets were right for less than half


class Level(enum.Enum):
    """How far an audit may go."""

    NOTHING = "nothing"
    RANKING = "ranking"
    SUGGESTIONS = "suggestions"


class Skill(NamedTuple):
    """How well beliefs guess the given labels.

    Attributes:
      agreement: share of the labels that are the likeliest class.
      commonest: share of the commonest class: what it takes to guess that one always.
      permuted: agreement with the same labels in another order, in the mean.
      deviations: standard deviations of those agreements by which `agreement` is above `permuted`.
    """

    agreement: float
    commonest: float
    permuted: float
    deviations: float

    @property
    def beyond_chance(self) -> float:
        """Share of what permuted labels leave open (Cohen's kappa): 0 for chance, 1 for all."""
        return (self.agreement - self.permuted) / max(1 - self.permuted, 1e-12)


class Verdict(NamedTuple):
    """What an audit may say, and why.

    Attributes:
      level: how far it may go.
      sentence: the same for the page, the table and the output.
    """

    level: Level
    sentence: str


def skill(
    beliefs: Float[np.ndarray, "N C"], given: Int[np.ndarray, "N"], seed: int = 0
) -> Skill:
    """Measures beliefs against the given labels, and against the same labels permuted.

    Args:
      beliefs: that owe nothing to the record's own given label.
      given: labels.
      seed: of the permutations.

    Returns:
      The skill.
    """
    guess = beliefs.argmax(axis=1)
    rng = np.random.default_rng(seed)
    permuted = [np.mean(guess == rng.permutation(given)) for _ in range(_PERMUTATIONS)]
    agreement, mean = float(np.mean(guess == given)), float(np.mean(permuted))
    # One label more or less is within chance, however few there are.
    deviation = max(float(np.std(permuted)), 1 / len(given))
    return Skill(
        agreement=agreement,
        commonest=float(np.bincount(given).max() / len(given)),
        permuted=mean,
        deviations=(agreement - mean) / deviation,
    )


def judge(found: Skill, how: str) -> Verdict:
    """Decides what may be said.

    Args:
      found: skill of the beliefs.
      how: where they come from, as in "out of fold".

    Returns:
      The verdict.
    """
    measured = (
        f"{how}, {found.agreement:.0%} of the given labels are guessed "
        f"(the commonest class alone: {found.commonest:.0%}; permuted labels: {found.permuted:.0%})"
    )
    measured = measured[0].upper() + measured[1:]
    if found.deviations < _CHANCE:
        return Verdict(
            Level.NOTHING,
            f"{measured}. That is chance: this audit has nothing to say about these labels.",
        )
    if found.beyond_chance < _LEAST_SKILL:
        return Verdict(
            Level.RANKING,
            f"{measured}. That is too little to suggest other labels or to count the wrong ones: "
            "the order in which to look at the records is all that this audit can give.",
        )
    return Verdict(
        Level.SUGGESTIONS,
        f"{measured}. That is enough to suggest labels: a suggestion is shown where it is "
        "expected to be right more often than not.",
    )
