"""Scores for how wrong an observed label looks, and how well a score finds wrong labels."""

import dataclasses
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn.metrics import average_precision_score

from lanet_jax import metrics

_SMOOTHING = 0.1  # of the observed label in `kl`: the divergence from a one-hot label is infinite
CONSENSUS, PROBE = "consensus", "probe"


@dataclasses.dataclass(frozen=True)
class Ranking:
    """Scores of every record; the higher, the more its observed label looks wrong.

    Attributes:
      scores: scores by name, see `rank`.
      beliefs: the label distributions that each score is computed from.
    """

    scores: dict[str, Float[np.ndarray, " N"]]
    beliefs: dict[str, Float[np.ndarray, "N C"]]


class Quality(NamedTuple):
    """How well a score finds the wrong labels.

    Attributes:
      auroc: area under the ROC curve; 0.5 is chance.
      average_precision: area under precision over recall; the share of wrong labels is chance.
      precision: share of wrong labels among the first n records, where n labels are wrong.
      lift: share of wrong labels among the first k records, over their share among all.
    """

    auroc: float
    average_precision: float
    precision: float
    lift: float


def rank(
    targets: Float[np.ndarray, "N C"],
    own_view: Float[np.ndarray, "N C"],
    neighbors: Float[np.ndarray, "N C"],
    given: Int[np.ndarray, " N"],
    off_diagonal: Float[np.ndarray, "C C"],
) -> Ranking:
    """Scores the observed labels in four ways.

    - `suspicion`: 1 - target[given]. Every measure that reads only target[given], such as
      KL(given || target) = -log target[given], gives the same order.
    - `kl`: KL(target || observed label smoothed by 0.1), which also depends on how sure the target
      is.
    - `margin`: the largest target of another class - target[given].
    - `consensus`: like `suspicion`, but of the mean of the run's own view and the neighbours'
      observed labels, which do not depend on the record's own. The belief in another class j is
      multiplied by how much more often j is mislabelled as the observed class than even shares
      would have it. This is Bayes' rule if all classes are mislabelled equally often.

    Args:
      targets: target distributions of every record (Eq. 5).
      own_view: the targets, or the network's probabilities while the targets still remember the
        labels that they started from.
      neighbors: shares of the observed labels of each record's neighbours, its own left out.
      given: observed label of each record, an index into the classes.
      off_diagonal: share of each column in the wrong labels of the row's class; 0 on the diagonal.
        Even shares leave `consensus` unweighted.

    Returns:
      The scores.
    """
    own = metrics.of_label(targets, given)
    others = targets.copy()
    np.put_along_axis(others, given[:, None], -np.inf, axis=1)
    # KL(t || s) = sum t log t - sum t log s, with s = 0.9 at the observed label and the rest even.
    rest = _SMOOTHING / (targets.shape[1] - 1)
    negative_entropy = np.sum(targets * np.log(np.maximum(targets, 1e-12)), axis=1)
    cross = own * np.log(1 - _SMOOTHING) + (1 - own) * np.log(rest)
    classes = len(off_diagonal)
    # P(observed i | true j) up to one factor: 1 where j = i, and 1 for every i of even shares.
    likeliness = np.eye(classes) + off_diagonal * (classes - 1)
    together = (own_view + neighbors) / 2 * likeliness[:, given].T
    together /= together.sum(axis=1, keepdims=True)
    scores = {
        CONSENSUS: metrics.suspicion(together, given),
        "suspicion": 1 - own,
        "kl": negative_entropy - cross,
        "margin": others.max(axis=1) - own,
    }
    beliefs = dict.fromkeys(scores, targets) | {CONSENSUS: together}
    return Ranking(scores, beliefs)


def quality(wrong: Bool[np.ndarray, " N"], score: Float[np.ndarray, " N"], k: int) -> Quality:
    """Measures how well a score finds the wrong labels.

    Args:
      wrong: which labels are wrong, at least one and not all.
      score: higher is more suspicious.
      k: number of first records that the lift is measured on.

    Returns:
      The measures.
    """
    first = wrong[order(score)]
    return Quality(
        auroc=metrics.auroc(wrong, score),
        average_precision=float(average_precision_score(wrong, score)),
        precision=float(first[: wrong.sum()].mean()),
        lift=float(first[:k].mean() / wrong.mean()),
    )


def order(score: Float[np.ndarray, " N"]) -> Int[np.ndarray, " N"]:
    """Row numbers, the most suspicious first; equal scores keep their order."""
    return np.argsort(-score, kind="stable")
