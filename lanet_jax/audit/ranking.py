"""How wrong a given label looks, in several scores, and how well a score finds wrong labels."""

import dataclasses
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn.metrics import average_precision_score

from lanet_jax import metrics

_SMOOTHING = 0.1  # of the given label in `kl`, which has no KL to a one-hot vector
CONSENSUS, PROBE = "consensus", "probe"


@dataclasses.dataclass(frozen=True)
class Ranking:
    """Scores of every record; the higher, the more its given label looks wrong.

    Attributes:
      scores: by name, see `rank`.
      beliefs: the label distribution that each score is read from.
    """

    scores: dict[str, Float[np.ndarray, " N"]]
    beliefs: dict[str, Float[np.ndarray, "N C"]]


class Quality(NamedTuple):
    """How well a score finds the wrong labels.

    Attributes:
      auroc: area under the ROC curve; 0.5 is chance.
      average_precision: area under precision over recall; the share of wrong labels is chance.
      precision: share of wrong ones among the first so many records as there are wrong ones.
      lift: share of wrong ones among the first k records, over their share among all.
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
    spread: Float[np.ndarray, "C C"],
) -> Ranking:
    """Scores the given labels in four ways.

    - `suspicion`: 1 - target[given]. KL(given || target) = -log target[given], and with it every
      other measure that reads only target[given], ranks alike.
    - `kl`: KL(target || given label smoothed by 0.1), which also asks how sure the target is.
    - `margin`: the largest target of another class - target[given].
    - `consensus`: as `suspicion`, of the mean of the run's own view and of the neighbours' given
      labels, which owe nothing to the record's own. There the belief in another class counts as
      many times as that class is taken for the given one more often than for any class: by Bayes'
      rule, with all classes mislabelled equally often. This is the default.

    Args:
      targets: of every record.
      own_view: the targets; the network's probabilities where these still remember the labels that
        they started from.
      neighbors: shares of the given labels of its neighbours, its own left out.
      given: labels.
      spread: shares of the columns in the wrong labels of the row's class, 0 on the diagonal; an
        even spread leaves `consensus` unweighed.

    Returns:
      The scores.
    """
    own = np.take_along_axis(targets, given[:, None], axis=1)[:, 0]
    others = targets.copy()
    np.put_along_axis(others, given[:, None], -np.inf, axis=1)
    rest = _SMOOTHING / (targets.shape[1] - 1)
    negative_entropy = np.sum(targets * np.log(np.maximum(targets, 1e-12)), axis=1)
    cross = own * np.log(1 - _SMOOTHING) + (1 - own) * np.log(rest)
    classes = len(spread)
    likeliness = np.eye(classes) + spread * (classes - 1)
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
    """How well a score finds the wrong labels.

    Args:
      wrong: which labels are wrong, at least one and not all.
      score: higher is more suspicious.
      k: records for the lift.

    Returns:
      The numbers.
    """
    first = wrong[order(score)]
    return Quality(
        auroc=metrics.auroc(wrong, score),
        average_precision=float(average_precision_score(wrong, score)),
        precision=float(first[: wrong.sum()].mean()),
        lift=float(first[:k].mean() / wrong.mean()),
    )


def order(score: Float[np.ndarray, " N"]) -> Int[np.ndarray, " N"]:
    """Rows, the most suspicious first; equal ones in their own order."""
    return np.argsort(-score, kind="stable")
