"""From beliefs to what is said of each label: how doubtful, what else it may be, or nothing."""

import dataclasses

import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax import metrics
from lanet_jax.audit import noise_range
from lanet_jax.audit.noise_range import NoiseRange
from lanet_jax.audit.verdict import Level, Verdict

NO_SUGGESTION = -1
_MARGIN = 0.5


@dataclasses.dataclass(frozen=True)
class Judgement:
    """What an audit says of every record.

    Attributes:
      verdict: whether and how it may say it.
      noise: what share of the labels is wrong; None where the verdict allows no number.
      doubted: another class is likelier than the given one.
      suggested: that class, where it is likely enough to be suggested, else NO_SUGGESTION.
    """

    verdict: Verdict
    noise: NoiseRange | None
    doubted: Bool[np.ndarray, "N"]
    suggested: Int[np.ndarray, "N"]

    @property
    def summary(self) -> str:
        """What is found, in a sentence; the same wherever it is read."""
        if self.noise is None:
            return self.verdict.sentence
        shown = np.mean(self.suggested != NO_SUGGESTION)
        return (
            f"{self.verdict.sentence} Estimated to be wrong: {self.noise}; another label is "
            f"suggested for {shown:.1%}."
        )


def judge(
    verdict: Verdict,
    beliefs: Float[np.ndarray, "N C"],
    witness: Float[np.ndarray, "N C"],
    given: Int[np.ndarray, "N"],
) -> Judgement:
    """Decides what to say of each label.

    A class is suggested where it is believed more than the given one by half of all, and for no
    more records, the most suspicious first, than `noise_range.estimate` expects to be wrong: on a
    clean set, where each suggestion would be wrong, that is next to none.

    Args:
      verdict: on the beliefs.
      beliefs: of every record.
      witness: beliefs that owe nothing to the record's own given label, to count by.
      given: labels.

    Returns:
      The judgement.
    """
    likeliest = beliefs.argmax(axis=1)
    doubted = likeliest != given
    suggested = np.full(len(given), NO_SUGGESTION)
    if verdict.level is Level.NOTHING:
        return Judgement(verdict, None, np.zeros_like(doubted), suggested)
    if verdict.level is Level.RANKING:
        return Judgement(verdict, None, doubted, suggested)
    noise = noise_range.estimate(witness, given)
    suspicion = metrics.suspicion(beliefs, given)
    margin = beliefs.max(axis=1) - (1 - suspicion)
    order = np.argsort(-suspicion, kind="stable")
    clear = order[margin[order] > _MARGIN]
    shown = clear[: round(noise.estimate * len(given))]
    suggested[shown] = likeliest[shown]
    return Judgement(verdict, noise, doubted, suggested)
