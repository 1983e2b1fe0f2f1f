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
      spread: shares of the columns in the wrong labels of the row's class, 0 on the diagonal.
      prior: share of each class among the true labels.
      counted: records that each row of `flips` was counted on.
    """

    rate: float
    flips: Float[np.ndarray, "C C"]
    spread: Float[np.ndarray, "C C"]
    prior: Float[np.ndarray, " C"]
    counted: Int[np.ndarray, " C"]


def estimate(beliefs: Float[np.ndarray, "N C"], given: Int[np.ndarray, " N"]) -> NoiseEstimate:
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

    Stay rates are drawn towards their common one with the weight of C records, so that a class
    with few records gets a sane row; how the rest is spread, towards an even spread, the more the
    better chance alone explains that the spreads are not even.

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
    counted = counts.sum(axis=1)
    common = np.trace(counts) / counts.sum()
    stay = (np.diag(counts) + classes * common) / (counted + classes)
    spread = _spread(counts)
    flips = (1 - stay)[:, None] * spread + np.diag(stay)
    prior = np.bincount(guess, minlength=classes) / len(guess)
    return NoiseEstimate(
        rate=float(1 - prior @ np.diag(flips)),
        flips=flips,
        spread=spread,
        prior=prior,
        counted=counted.astype(int),
    )


def scaled(estimate: NoiseEstimate, rate: float) -> Float[np.ndarray, "C C"]:
    """The flip matrix with as many wrong labels as another estimate knows.

    Args:
      estimate: tells which class is given which label, but too much noise where classes are small.
      rate: share of the given labels that are wrong.

    Returns:
      Chances; rows sum to 1.
    """
    classes = len(estimate.flips)
    factor = min(rate / max(estimate.rate, 1e-12), 1)
    wrong = estimate.flips * (1 - np.eye(classes)) * factor
    return wrong + np.diag(1 - wrong.sum(axis=1))


def _spread(counts: Float[np.ndarray, "C C"]) -> Float[np.ndarray, "C C"]:
    """How each row's wrong labels are spread over the other classes, with 0 on the diagonal.

    Takes them for draws of a Dirichlet-multinomial around the even spread. Its one correlation
    (0: the even spread itself, 1: a single class for each row) is found by the method of moments
    from all rows, and gives each row's counts their weight against the even spread, which stands
    for one record at least, so that nothing is impossible.

    Source: Mosimann, "On the compound multinomial distribution", Biometrika 1962.
    """
    classes = len(counts)
    even = (1 - np.eye(classes)) / (classes - 1)
    wrong = counts * (1 - np.eye(classes))
    n = wrong.sum(axis=1, keepdims=True)
    share = np.divide(wrong, n, out=even.copy(), where=n > 0)
    chi_square = n * (classes - 1) * ((share - even) ** 2).sum(axis=1, keepdims=True)
    several = n > 1
    beyond_chance = (chi_square - (classes - 2))[several].sum()
    most = (classes - 2) * (n - 1)[several].sum()
    correlation = np.clip(beyond_chance / max(most, 1), 0, 1)
    weight = n * correlation / (n * correlation + max(1 - correlation, correlation))
    return weight * share + (1 - weight) * even


def count(
    true: Int[np.ndarray, " N"], given: Int[np.ndarray, " N"], classes: int
) -> Float[np.ndarray, "C C"]:
    """The flip matrix where the true labels are known; a class without records has zeros."""
    counts = metrics.confusion(given, true, classes)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
