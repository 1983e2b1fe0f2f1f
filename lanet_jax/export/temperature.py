"""Temperature scaling: calibrates a network's probabilities on an evaluation."""

import dataclasses
import math

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from lanet_jax import metrics
from lanet_jax.export import last_layer
from lanet_jax.export.equal_classes import LEAST
from lanet_jax.export.evaluated import Evaluated
from lanet_jax.trained.load import Trained

_WIDEST = 20.0  # largest temperature considered, and the inverse of the smallest


@dataclasses.dataclass(frozen=True)
class Temperature:
    """The fitted temperature, and how well it fits.

    Attributes:
      value: T, by which the logits before any division are divided.
      records: number of records that it was fitted on.
      error: expected calibration error on these, before.
      error_after: the same with divided logits.
    """

    value: float
    records: int
    error: float
    error_after: float


def tempered(probabilities: Float[np.ndarray, "N C"], by: float) -> Float[np.ndarray, "N C"]:
    """The probabilities whose logits are divided by a temperature.

    Args:
      probabilities: class probabilities; rows sum to 1.
      by: T > 0.
    """
    return softmax(np.log(np.maximum(probabilities, LEAST)) / by, axis=1)


def fit(probabilities: Float[np.ndarray, "N C"], labels: Int[np.ndarray, " N"]) -> float:
    """Finds the temperature with the least negative log-likelihood.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 4.2.

    Args:
      probabilities: class probabilities; rows sum to 1.
      labels: index of each record's true class.

    Returns:
      T.
    """
    bound = math.log(_WIDEST)
    found = minimize_scalar(
        lambda log_t: metrics.negative_log_likelihood(
            tempered(probabilities, math.exp(log_t)), labels
        ),
        bounds=(-bound, bound),
        method="bounded",
    )
    return math.exp(found.x)


def of_evaluation(evaluated: Evaluated) -> Temperature:
    """Fits the temperature on an evaluation."""
    further = fit(evaluated.probabilities, evaluated.labels)
    after = tempered(evaluated.probabilities, further)
    errors = (metrics.calibration(p, evaluated.labels)[0] for p in (evaluated.probabilities, after))
    return Temperature(further * evaluated.temperature, len(evaluated.labels), *errors)


def divided(trained: Trained, by: Temperature, split: str) -> Trained:
    """Divides the logits of a network by a temperature.

    Args:
      trained: the network. Its logits are linear in the layer `fc`, whose weights are divided.
      by: temperature of the logits before any division.
      split: split that it was fitted on, for the card.

    Returns:
      The network, with "temperature" in its card.
    """
    # The network that is exported may be divided already, whichever was evaluated.
    further = by.value / trained.card.get("temperature", 1.0)
    fc = {name: value / further for name, value in last_layer.of(trained).items()}
    return last_layer.replaced(trained, fc, {"temperature": by.value, "temperature_of": split})
