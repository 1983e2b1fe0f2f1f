"""Estimates how many observed labels are wrong, and which class is mistaken for which."""

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from lanet_jax import metrics

_SHARE = 0.2  # of each class's records count as its clearest
_FEWEST = 50  # clearest records of a class, where it has that many


@dataclasses.dataclass(frozen=True)
class NoiseEstimate:
    """What the label noise looks like.

    Attributes:
      rate: share of the observed labels that are wrong.
      transition: the noise transition matrix: chance that a record of the row's class is given the
        column's label.
      off_diagonal: share of each column in the wrong labels of the row's class; 0 on the diagonal.
      prior: share of each class among the true labels.
    """

    rate: float
    transition: Float[np.ndarray, "C C"]
    off_diagonal: Float[np.ndarray, "C C"]
    prior: Float[np.ndarray, " C"]


def estimate(beliefs: Float[np.ndarray, "N C"], given: Int[np.ndarray, " N"]) -> NoiseEstimate:
    """Counts the observed labels of the records whose class is clearest.

    If a record's true class is beyond doubt, its observed label is one draw of the noise. So among
    the records whose largest belief is class j, take the clearest fifth (by the ratio of the
    largest to the second belief; at least 50 where there are that many): the shares of their
    observed labels are row j of the transition matrix. The rate is the chance of leaving the
    diagonal, averaged over the classes by the number of records whose largest belief is each class.

    Only the order of the ratios within a class counts. Raising all beliefs to a power changes
    nothing, so they need not be calibrated, as they would have to be for the mean of
    1 - belief[given], for the anchors' own probabilities or for maximum likelihood. Two
    assumptions are made: the clearest records are what they seem (else the estimate is too high),
    and the beliefs do not depend on the record's own observed label (else it is too low: pass
    leave-one-out beliefs, such as neighbours' labels, not the targets). The noise may depend on
    the class, but not on the image.

    The chance of keeping the label is shrunk towards the common one with the weight of C records,
    so that a class with few records gets a plausible row. The off-diagonal shares are shrunk
    towards even ones, the more so the better chance alone explains the unevenness.

    Source: anchor points of Liu and Tao, "Classification with noisy labels by importance
    reweighting", TPAMI 2016, and of Patrini et al., "Making deep neural networks robust to label
    noise", CVPR 2017, with observed labels counted in place of predicted probabilities.

    Args:
      beliefs: leave-one-out label distributions.
      given: observed label of each record, an index into the classes.

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
    common = np.trace(counts) / counts.sum()
    # Shrinkage: C imaginary records with the common rate. Counting alone would say 0 or 1 of a
    # class with a handful of records.
    stay = (np.diag(counts) + classes * common) / (counts.sum(axis=1) + classes)
    off_diagonal = _off_diagonal(counts)
    transition = (1 - stay)[:, None] * off_diagonal + np.diag(stay)
    prior = np.bincount(guess, minlength=classes) / len(guess)
    return NoiseEstimate(
        rate=float(1 - prior @ np.diag(transition)),
        transition=transition,
        off_diagonal=off_diagonal,
        prior=prior,
    )


def scaled(estimate: NoiseEstimate, rate: float) -> Float[np.ndarray, "C C"]:
    """The transition matrix, rescaled to another estimate of the share of wrong labels.

    Args:
      estimate: says which class is given which label, but overestimates the noise of small classes.
      rate: share of the observed labels that are wrong.

    Returns:
      Chances [true class, observed label]; rows sum to 1.
    """
    classes = len(estimate.transition)
    factor = min(rate / max(estimate.rate, 1e-12), 1)
    wrong = estimate.transition * (1 - np.eye(classes)) * factor
    return wrong + np.diag(1 - wrong.sum(axis=1))


def _off_diagonal(counts: Float[np.ndarray, "C C"]) -> Float[np.ndarray, "C C"]:
    """The share of each other class in a row's wrong labels, with 0 on the diagonal.

    Counts of wrong labels are few, so their shares are shrunk towards even ones. They are taken as
    draws of a Dirichlet-multinomial around these, whose one correlation (0: the even shares
    themselves, 1: a single class for each row) is estimated from all rows by the method of moments.
    It sets the weight of each row's counts against the even shares, which count for at least one
    record, so that no label is impossible.

    Source: Mosimann, "On the compound multinomial distribution", Biometrika 1962.
    """
    classes = len(counts)
    even = (1 - np.eye(classes)) / (classes - 1)
    wrong = counts * (1 - np.eye(classes))
    n = wrong.sum(axis=1, keepdims=True)
    share = np.divide(wrong, n, out=even.copy(), where=n > 0)
    chi_square = n * (classes - 1) * ((share - even) ** 2).sum(axis=1, keepdims=True)
    # With even shares chi^2 has the mean C - 2 (C - 1 cells); a correlation r of the draws
    # raises it to (C - 2)(1 + (n - 1) r). Summed over the rows and solved for r:
    several = n > 1
    beyond_chance = (chi_square - (classes - 2))[several].sum()
    most = (classes - 2) * (n - 1)[several].sum()
    correlation = np.clip(beyond_chance / max(most, 1), 0, 1)
    weight = n * correlation / (n * correlation + max(1 - correlation, correlation))
    return weight * share + (1 - weight) * even


def count(
    true: Int[np.ndarray, " N"], given: Int[np.ndarray, " N"], classes: int
) -> Float[np.ndarray, "C C"]:
    """The transition matrix counted on known true labels.

    Args:
      true: true label of each record, from 0.
      given: its observed label.
      classes: number of classes, C.

    Returns:
      Shares [true class, observed label]; rows sum to 1, or to 0 for a class without records.
    """
    counts = metrics.confusion(given, true, classes)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
