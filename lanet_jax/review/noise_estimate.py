"""How many given labels are wrong, and which class is taken for which, when nobody knows."""

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from lanet_jax import metrics

_SHARE = 0.2  # of each class's records that count as its clearest
_FEWEST = 50  # of them, where a class has so many


@dataclasses.dataclass(frozen=True)
class NoiseEstimate:
    """What the label noise looks like.

    Attributes:
      rate: share of the given labels that are wrong.
      flips: chance that a record of the row's class is given the column's label.
      prior: share of each class among the true labels.
      counted: records that each row of `flips` was counted on.
    """

    rate: float
    flips: Float[np.ndarray, "C C"]
    prior: Float[np.ndarray, "C"]
    counted: Int[np.ndarray, "C"]


def estimate(beliefs: Float[np.ndarray, "N C"], given: Int[np.ndarray, "N"]) -> NoiseEstimate:
    """Counts the given labels of the records whose class is clearest.

    If a record's true class is beyond doubt, the label it was given is one draw of the noise. So of
    the records whose largest belief is class j, the clearest fifth (by the ratio of the largest to
    the second belief; 50 where a fifth is fewer) is taken, and the shares of their given labels are
    row j of the flip matrix.
    The rate is the mean over the classes of what is off the diagonal, weighted by how many records
    the beliefs put in each class.

    Only the order of the ratios within a class counts: raising all beliefs to any power changes
    nothing, so they need not be calibrated, as they must be for a mean of 1 - belief[given], for
    the anchors' own probabilities or for maximum likelihood. It rests on two assumptions: that the
    clearest records are what they seem (else the noise comes out too high), and that the beliefs
    owe nothing to the record's own given label (else too low: hand in leave-one-out beliefs, such
    as neighbours' labels, not the targets). The noise may depend on the class, not on the image.

    Rows are drawn towards the same stay rate and an even spread of the rest with the weight of C
    records, so that a class with few records gets a sane row.

    Source: anchor points of Liu and Tao, "Classification with noisy labels by importance
    reweighting", TPAMI 2016, and of Patrini et al., "Making deep neural networks robust to label
    noise", CVPR 2017, with given labels counted in place of predicted probabilities.

    Args:
      beliefs: leave-one-out label distributions.
      given: labels.

    Returns:
      The estimate.
    """
    classes = beliefs.shape[1]
    second, first = np.sort(beliefs, axis=1)[:, -2:].T
    clarity = np.log(np.maximum(first, 1e-12)) - np.log(np.maximum(second, 1e-12))
    guess = beliefs.argmax(axis=1)
    counts = np.zeros((classes, classes))
    for j in range(classes):
        rows = np.flatnonzero(guess == j)
        rows = rows[np.argsort(-clarity[rows], kind="stable")]
        clearest = given[rows[: max(_FEWEST, round(_SHARE * len(rows)))]]
        counts[j] = np.bincount(clearest, minlength=classes)
    stay = np.trace(counts) / counts.sum()
    even = np.full((classes, classes), (1 - stay) / (classes - 1))
    np.fill_diagonal(even, stay)
    counted = counts.sum(axis=1)
    flips = (counts + classes * even) / (counted + classes)[:, None]
    prior = np.bincount(guess, minlength=classes) / len(guess)
    return NoiseEstimate(
        rate=float(1 - prior @ np.diag(flips)),
        flips=flips,
        prior=prior,
        counted=counted.astype(int),
    )


def count(
    true: Int[np.ndarray, "N"], given: Int[np.ndarray, "N"], classes: int
) -> Float[np.ndarray, "C C"]:
    """The flip matrix where the true labels are known; a class without records has zeros."""
    counts = metrics.confusion(given, true, classes)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
