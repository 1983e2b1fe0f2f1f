"""Class probabilities as they would be if all classes were equally frequent."""

import numpy as np
from jaxtyping import Float

LEAST = 5e-7  # predictions.csv has six decimals


def class_prior(probabilities: Float[np.ndarray, "N C"]) -> Float[np.ndarray, " C"]:
    """How frequent a network takes the classes to be: its mean prediction.

    Labels would not do: many of a rare class may be wrong.

    Args:
      probabilities: class probabilities; rows sum to 1.

    Returns:
      Shares above 0.
    """
    return np.maximum(probabilities.mean(axis=0), LEAST)


def with_equal_classes(
    probabilities: Float[np.ndarray, "N C"], prior: Float[np.ndarray, " C"], power: float = 1.0
) -> Float[np.ndarray, "N C"]:
    """Class probabilities as they would be if all classes were equally frequent.

    Their argmax has the best mean class accuracy that the probabilities allow, at the cost of
    accuracy.

    Source: Menon et al., "Long-Tail Learning via Logit Adjustment", ICLR 2021, section 4.

    Args:
      probabilities: class probabilities; rows sum to 1.
      prior: see `class_prior`.
      power: tau; 1 as described, 0 changes nothing, between them lies a compromise.

    Returns:
      p_c / prior_c^tau, normalised.
    """
    adjusted = probabilities / prior**power
    return adjusted / adjusted.sum(axis=1, keepdims=True)
