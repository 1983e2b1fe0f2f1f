"""The reported metrics, as plain functions of labels and probabilities."""

import numpy as np
from jaxtyping import Bool, Float, Int
from sklearn.metrics import roc_auc_score

_LEAST = 1e-12  # smaller probabilities count as this
_Z = 1.96  # standard deviations of the normal distribution on each side of a 95% interval


def accuracy(predicted: Int[np.ndarray, " N"], labels: Int[np.ndarray, " N"]) -> float:
    """Share of records whose predicted class is their label.

    Args:
      predicted: index of each record's predicted class.
      labels: index of each record's true class.

    Returns:
      A share in [0, 1].
    """
    return float(np.mean(predicted == labels))


def wilson(share: float, records: int) -> tuple[float, float]:
    """The 95% confidence interval of a share of independent records.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA
    1927.

    Args:
      share: observed share, in [0, 1].
      records: number of records that it was observed on, at least 1.

    Returns:
      Lower and upper end.
    """
    middle = share + _Z**2 / (2 * records)
    half = _Z * (share * (1 - share) / records + _Z**2 / (4 * records**2)) ** 0.5
    scale = 1 + _Z**2 / records
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def interval(share: float, records: int, form: str = ".1%") -> str:
    """Writes the 95% interval of a share as in `71.2% to 75.4%`.

    Args:
      share: observed share, in [0, 1].
      records: number of records that it was observed on, at least 1.
      form: format of both ends.
    """
    low, high = wilson(share, records)
    return f"{low:{form}} to {high:{form}}"


def confusion(
    predicted: Int[np.ndarray, " N"], labels: Int[np.ndarray, " N"], classes: int
) -> Int[np.ndarray, "C C"]:
    """The confusion matrix.

    Args:
      predicted: index of each record's predicted class.
      labels: index of each record's true class.
      classes: number of classes, C.

    Returns:
      Numbers of records; rows are labels, columns predictions.
    """
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


def mean_class_accuracy(matrix: Int[np.ndarray, "C C"]) -> float:
    """Mean recall over the classes that have records.

    Args:
      matrix: confusion matrix; rows are labels, columns predictions.

    Returns:
      A share in [0, 1].
    """
    counts = matrix.sum(axis=1)
    return float(np.mean(np.diag(matrix)[counts > 0] / counts[counts > 0]))


def mean_class_error(matrix: Int[np.ndarray, "C C"]) -> float:
    """Half the 95% confidence interval of the mean recall.

    The recalls of the classes are independent, so their variances add up. Each variance is taken at
    the middle of the class's own interval, as in `wilson`: three right predictions out of three do
    not make a recall certain.

    Args:
      matrix: confusion matrix; rows are labels, columns predictions.

    Returns:
      The half-width.
    """
    counts = matrix.sum(axis=1)
    own = counts > 0
    records = counts[own] + _Z**2
    recall = (np.diag(matrix)[own] + _Z**2 / 2) / records
    return float(_Z * np.sqrt(np.sum(recall * (1 - recall) / records)) / own.sum())


def of_label(
    distributions: Float[np.ndarray, "N C"], labels: Int[np.ndarray, " N"]
) -> Float[np.ndarray, " N"]:
    """What each record's distribution puts on its label, p[label].

    Args:
      distributions: a distribution over the classes for each record.
      labels: a label of each record, an index into the classes.
    """
    return np.take_along_axis(distributions, labels[:, None], axis=1)[:, 0]


def negative_log_likelihood(
    probabilities: Float[np.ndarray, "N C"], labels: Int[np.ndarray, " N"]
) -> float:
    """The mean of -log p[label].

    Args:
      probabilities: class probabilities; rows sum to 1.
      labels: index of each record's true class.

    Returns:
      Nats a record; a probability of less than 1e-12 counts as that.
    """
    return float(-np.mean(np.log(np.maximum(of_label(probabilities, labels), _LEAST))))


def summary(
    probabilities: Float[np.ndarray, "N C"], labels: Int[np.ndarray, " N"]
) -> dict[str, float]:
    """The numbers of every evaluation.

    Args:
      probabilities: class probabilities; rows sum to 1.
      labels: index of each record's true class.

    Returns:
      Accuracy, mean class accuracy with half its 95% interval, and negative log-likelihood.
    """
    predicted = probabilities.argmax(axis=1)
    matrix = confusion(predicted, labels, probabilities.shape[1])
    return {
        "accuracy": accuracy(predicted, labels),
        "mean_class_accuracy": mean_class_accuracy(matrix),
        "mean_class_error": mean_class_error(matrix),
        "nll": negative_log_likelihood(probabilities, labels),
    }


def calibration(
    probabilities: Float[np.ndarray, "N C"], labels: Int[np.ndarray, " N"], bins: int = 15
) -> tuple[float, list[dict[str, float]]]:
    """The expected calibration error, over bins of equal width.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, eq. 3.

    Args:
      probabilities: class probabilities; rows sum to 1.
      labels: index of each record's true class.
      bins: number of bins over [0, 1].

    Returns:
      The error, and for each non-empty bin its bounds, number of records, mean confidence and
      accuracy.
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
    """The share of wrongly labelled training records for which the model predicts the wrong label.

    Args:
      predicted: predicted classes of training records, without augmentation.
      given: observed labels, trained on.
      true: labels before the noise.

    Returns:
      A share in [0, 1]; nan if no label is wrong.
    """
    wrong = given != true
    return float(np.mean(predicted[wrong] == given[wrong])) if wrong.any() else float("nan")


def suspicion(
    distributions: Float[np.ndarray, "N C"], given: Int[np.ndarray, " N"]
) -> Float[np.ndarray, " N"]:
    """1 - target[given]: the part of a label distribution that is not on the observed label.

    Args:
      distributions: label distributions; rows sum to 1.
      given: observed label of each record, an index into the classes.

    Returns:
      Scores in [0, 1]; high for labels that look wrong.
    """
    return 1 - of_label(distributions, given)


def auroc(wrong: Bool[np.ndarray, " N"], scores: Float[np.ndarray, " N"]) -> float:
    """Area under the ROC curve of finding wrong labels by a score.

    Args:
      wrong: which labels are wrong.
      scores: scores, high for labels that look wrong.

    Returns:
      The area; nan if all labels are wrong or none is.
    """
    if wrong.all() or not wrong.any():
        return float("nan")
    return float(roc_auc_score(wrong, scores))
