"""What is reported, as plain functions of labels and probabilities."""

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn.metrics import roc_auc_score


def accuracy(predicted: Int[np.ndarray, " N"], labels: Int[np.ndarray, " N"]) -> float:
    """Share of records whose predicted class is their label."""
    return float(np.mean(predicted == labels))


def wilson(share: float, records: int, z: float = 1.96) -> tuple[float, float]:
    """Interval around a share of independent records; 95% for the z that is set.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA
    1927.

    Args:
      share: observed, in [0, 1].
      records: how many it was observed on, at least one.
      z: standard deviations of the normal distribution.

    Returns:
      Its ends.
    """
    middle = share + z**2 / (2 * records)
    half = z * (share * (1 - share) / records + z**2 / (4 * records**2)) ** 0.5
    scale = 1 + z**2 / records
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def confusion(
    predicted: Int[np.ndarray, " N"], labels: Int[np.ndarray, " N"], classes: int
) -> Int[np.ndarray, "C C"]:
    """Counts: rows are labels, columns predictions."""
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


def mean_class_accuracy(matrix: Int[np.ndarray, "C C"]) -> float:
    """Mean recall over the classes that have records."""
    counts = matrix.sum(axis=1)
    return float(np.mean(np.diag(matrix)[counts > 0] / counts[counts > 0]))


def mean_class_error(matrix: Int[np.ndarray, "C C"], z: float = 1.96) -> float:
    """Half of the interval around the mean recall; 95% for the z that is set.

    The recalls of classes are independent, so that their variances add up. Each is taken at the
    middle of its own interval, as in `wilson`: of three records of a class, all of them right, the
    recall is not known for certain.

    Args:
      matrix: counts; rows are labels, columns predictions.
      z: standard deviations of the normal distribution.

    Returns:
      The half-width.
    """
    counts = matrix.sum(axis=1)
    own = counts > 0
    records = counts[own] + z**2
    recall = (np.diag(matrix)[own] + z**2 / 2) / records
    return float(z * np.sqrt(np.sum(recall * (1 - recall) / records)) / own.sum())


def negative_log_likelihood(
    probabilities: Float[np.ndarray, "N C"], labels: Int[np.ndarray, " N"]
) -> float:
    """Mean of -log p[label], in nats."""
    p = np.take_along_axis(probabilities, labels[:, None], axis=1)
    return float(-np.mean(np.log(np.maximum(p, 1e-12))))


def calibration(
    probabilities: Float[np.ndarray, "N C"], labels: Int[np.ndarray, " N"], bins: int = 15
) -> tuple[float, list[dict[str, float]]]:
    """Expected calibration error, over bins of equal width.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, eq. 3.

    Args:
      probabilities: of the classes.
      labels: true classes.
      bins: number of bins over [0, 1].

    Returns:
      The error, and for each bin that is not empty its bounds, number of records, mean confidence
      and accuracy.
    """
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    rows, error = [], 0.0
    for b in np.unique(index):
        inside = index == b
        row = {
            "from": b / bins,
            "to": (b + 1) / bins,
            "records": int(inside.sum()),
            "confidence": float(confidence[inside].mean()),
            "accuracy": float(correct[inside].mean()),
        }
        error += inside.mean() * abs(row["accuracy"] - row["confidence"])
        rows.append(row)
    return float(error), rows


def wrong_labels_fitted(
    predicted: Int[np.ndarray, " N"], given: Int[np.ndarray, " N"], true: Int[np.ndarray, " N"]
) -> float:
    """Share of the wrongly labelled training records that the model gives their wrong label.

    Args:
      predicted: predicted classes of training records, without augmentation.
      given: labels trained on.
      true: labels before the noise.

    Returns:
      A share in [0, 1]; nan if no label is wrong.
    """
    wrong = given != true
    return float(np.mean(predicted[wrong] == given[wrong])) if wrong.any() else float("nan")


def suspicion(
    distributions: Float[np.ndarray, "N C"], given: Int[np.ndarray, " N"]
) -> Float[np.ndarray, " N"]:
    """1 - target[given]: how little of a record's label distribution lies on its given label."""
    return 1 - np.take_along_axis(distributions, given[:, None], axis=1)[:, 0]


def auroc(wrong: Bool[np.ndarray, " N"], scores: Float[np.ndarray, " N"]) -> float:
    """Area under the ROC curve of finding wrong labels by a score; nan if it is not defined."""
    if wrong.all() or not wrong.any():
        return float("nan")
    return float(roc_auc_score(wrong, scores))
