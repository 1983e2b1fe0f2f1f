"""A classifier of features that predicts only records it was not fitted to."""

import warnings

import numpy as np
from jaxtyping import Float, Int
from sklearn.linear_model import LogisticRegression

_ITERATIONS = 300


def folds(
    given: Int[np.ndarray, " N"], parts: int, seed: int, groups: Int[np.ndarray, " N"]
) -> Int[np.ndarray, " N"]:
    """Assigns the records of each class to the parts in turn, in a random order.

    Args:
      given: observed labels.
      parts: number of parts.
      seed: seed of the order.
      groups: records of one group, such as copies of a face, come into one part.

    Returns:
      The part of each record.
    """
    shuffled = np.random.default_rng(seed).permutation(len(given))
    by_class = shuffled[np.argsort(given[shuffled], kind="stable")]
    # A group is dealt where its first record is.
    _, first, group = np.unique(groups[by_class], return_index=True, return_inverse=True)
    turn = np.empty(len(first), int)
    turn[np.argsort(first)] = np.arange(len(first)) % parts
    part = np.empty(len(given), int)
    part[by_class] = turn[group]
    return part


def out_of_fold(
    features: Float[np.ndarray, "N D"],
    given: Int[np.ndarray, " N"],
    classes: int,
    part: Int[np.ndarray, " N"],
) -> Float[np.ndarray, "N C"]:
    """Class probabilities of each part by a logistic regression on the others.

    The features are standardised and divided by sqrt(D), so that one penalty (C = 1) suits any
    number of them; for 256 features it equals C = 1/256 on the standardised ones.

    Args:
      features: features in one space.
      given: observed labels.
      classes: number of classes, C.
      part: part of each record, from `folds`.

    Returns:
      Label distributions; 0 for a class that the other parts do not hold.
    """
    beliefs = np.zeros((len(given), classes))
    for held in np.unique(part):
        asked, rest = part == held, part != held
        known = np.unique(given[rest])
        if len(known) == 1:  # which scikit-learn refuses
            beliefs[asked, known[0]] = 1
            continue
        mean, deviation = features[rest].mean(axis=0), features[rest].std(axis=0)
        # Dividing a feature that is constant up to rounding would turn it into noise.
        scale = np.where(deviation > 1e-6 * np.abs(mean), deviation, np.inf)
        scaled = (features - mean) / scale / features.shape[1] ** 0.5
        model = LogisticRegression(C=1.0, max_iter=_ITERATIONS)
        with warnings.catch_warnings():
            # scikit-learn takes many classes of few records for numbers; `array_checks` has asked.
            warnings.filterwarnings("ignore", "The number of unique classes")
            model.fit(scaled[rest], given[rest])
        beliefs[np.ix_(asked, known)] = model.predict_proba(scaled[asked])
    return beliefs
