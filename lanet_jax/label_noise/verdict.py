"""The verdict: how much an audit may say, decided by what its beliefs are worth."""

import enum
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from lanet_jax import metrics
from lanet_jax.label_noise.noise_range import NoiseRange

_PERMUTATIONS = 200
_CHANCE = 4.0  # standard deviations above permuted labels
# Calibrated in docs/audit.md; below either, too few suggestions are right.
_LEAST_SKILL, _LEAST_BEYOND_CHANCE = 0.6, 0.3


class Level(enum.Enum):
    """How far an audit may go, in ascending order."""

    NOTHING = "nothing"
    RANKING = "ranking"
    SUGGESTIONS = "suggestions"

    def __lt__(self, other: "Level") -> bool:
        ascending = list(Level)
        return ascending.index(self) < ascending.index(other)


class Skill(NamedTuple):
    """How well beliefs guess the observed labels.

    Attributes:
      agreement: share of the labels that are the likeliest class.
      majority: share of the majority class: the agreement of always guessing that one.
      permuted: mean agreement with randomly permuted labels.
      deviations: how far `agreement` lies above `permuted`, in standard deviations of the latter.
      records: number of labels that are independent of each other.
    """

    agreement: float
    majority: float
    permuted: float
    deviations: float
    records: int

    @property
    def beyond_chance(self) -> float:
        """Cohen's kappa: 0 for the agreement with permuted labels, 1 for full agreement."""
        return (self.agreement - self.permuted) / max(1 - self.permuted, 1e-12)


_SAYS = {
    Level.NOTHING: "That is less than four standard deviations above permuted labels, too little "
    "to rely on: this audit has nothing to say about these labels.",
    Level.RANKING: "That is no basis to suggest other labels: this audit gives the order in "
    "which to look at the records, and no more.",
    Level.SUGGESTIONS: "Another label is suggested only where that is expected to be right more "
    "often than not.",
}


class Verdict(NamedTuple):
    """What an audit may say, and why.

    Attributes:
      level: how far it may go.
      reason: what was measured, in whole sentences.
    """

    level: Level
    reason: str

    @property
    def sentence(self) -> str:
        """The verdict in words, for page, table and output alike."""
        return f"{self.reason} {_SAYS[self.level]}"


def skill(
    beliefs: Float[np.ndarray, "N C"], given: Int[np.ndarray, " N"], independent: int
) -> Skill:
    """Measures beliefs against the observed labels, and against permutations of them.

    Args:
      beliefs: label distributions that do not depend on the record's own observed label.
      given: observed label of each record, an index into the classes.
      independent: how many of the labels are independent of each other; copies of a face are not.

    Returns:
      The skill.
    """
    guess = beliefs.argmax(axis=1)
    rng = np.random.default_rng(0)
    permuted = [np.mean(guess == rng.permutation(given)) for _ in range(_PERMUTATIONS)]
    agreement, mean = float(np.mean(guess == given)), float(np.mean(permuted))
    # One label more or less is always within chance, however few records there are.
    standard_error = float(np.std(permuted)) * (len(given) / independent) ** 0.5
    return Skill(
        agreement=agreement,
        majority=float(np.bincount(given).max() / len(given)),
        permuted=mean,
        deviations=(agreement - mean) / max(standard_error, 1 / independent),
        records=independent,
    )


def judge(found: Skill, noise: NoiseRange, classes: int, how: str, caution: str = "") -> Verdict:
    """Decides how much may be said.

    Even perfect beliefs disagree with wrong labels: if a share e of the labels is wrong and these
    are spread evenly, kappa with the observed labels is 1 - e C / (C - 1) times that with the true
    ones. The beliefs are judged by the latter.

    Args:
      found: skill of the beliefs at guessing the observed labels.
      noise: share of wrong labels, estimated from the same beliefs.
      classes: number of classes, C.
      how: how the beliefs were obtained, as in "out of fold".
      caution: a sentence that forbids suggestions; empty for none.

    Returns:
      The verdict.
    """
    interval = metrics.interval(found.agreement, found.records, ".0%")
    measured = (
        f"{how[0].upper()}{how[1:]}, {found.agreement:.0%} of the observed labels are predicted "
        f"(95% interval {interval}; always the majority class: {found.majority:.0%}; "
        f"permuted labels: {found.permuted:.0%})."
    )
    left = max(1 - (noise.estimate or 0) * classes / max(classes - 1, 1), 1e-12)
    weak = found.beyond_chance < _LEAST_BEYOND_CHANCE
    if found.deviations < _CHANCE:
        level = Level.NOTHING
    elif caution or weak or found.beyond_chance / left < _LEAST_SKILL:
        level = Level.RANKING
    else:
        level = Level.SUGGESTIONS
    return Verdict(level, f"{measured} {caution}".rstrip())
