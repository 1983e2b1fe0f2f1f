"""A classifier of features that predicts only records it was not fitted to."""

import warnings

import numpy as np
from jaxtyping import Float, Int
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

_ITERATIONS = 300


def folds(
    given: Int[np.ndarray, " N"], parts: int, seed: int, groups: Int[np.ndarray, " N"]
) -> Int[np.ndarray, " N"]:
    """Spreads the records of each class over the parts, in a random order.

    The class with the fewest groups comes first, and each of its groups goes to the part that holds
    the fewest of that class, or else the fewest records. So a class with two groups is in two
    parts, and each of its records can be judged by the others.

    Args:
      given: observed label of each record, an index into the classes.
      parts: number of parts.
      seed: seed of the order within each class.
      groups: records of one group, such as copies of a face, come into one part.

    Returns:
      The part of each record.
    """
    shuffled = np.random.default_rng(seed).permutation(len(given))
    group = np.unique(groups, return_inverse=True)[1]
    size = np.bincount(group)
    part, total = np.full(len(size), -1), np.zeros(parts, int)
    pairs = np.unique(np.stack([given, group]), axis=1)
    classes, group_counts = np.unique(pairs[0], return_counts=True)
    for c in classes[np.argsort(group_counts, kind="stable")]:
        rows = shuffled[given[shuffled] == c]
        own, first, records = np.unique(group[rows], return_index=True, return_counts=True)
        dealt = part[own] >= 0
        held = np.bincount(part[own[dealt]], weights=records[dealt], minlength=parts)
        order = np.argsort(first)
        for place in order[~dealt[order]]:
            chosen = np.lexsort((total, held))[0]
            part[own[place]] = chosen
            held[chosen] += records[place]
            total[chosen] += size[own[place]]
    return part[group]


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
      features: features of all N records in one space.
      given: observed label of each record, an index into the classes.
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
        # In float64, as the squares of large or small features leave float32's range.
        exact = features[rest].astype(np.float64)
        mean, deviation = exact.mean(axis=0), exact.std(axis=0)
        # Dividing a feature that is constant up to rounding would turn it into noise.
        scale = np.where(deviation > 1e-6 * np.abs(mean), deviation, np.inf)
        scaled = ((features - mean) / scale / features.shape[1] ** 0.5).astype(features.dtype)
        model = LogisticRegression(C=1.0, max_iter=_ITERATIONS)
        # The matrices are small: threads that wait for each other on busy cores cost 30 times more.
        with warnings.catch_warnings(), threadpool_limits(1):
            # scikit-learn takes many classes of few records for numbers; `array_checks` has asked.
            warnings.filterwarnings("ignore", "The number of unique classes")
            model.fit(scaled[rest], given[rest])
        beliefs[np.ix_(asked, known)] = model.predict_proba(scaled[asked])
    return beliefs
