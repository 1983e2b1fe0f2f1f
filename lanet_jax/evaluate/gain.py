"""Whether a gain is more than chance: in units of its standard error."""

import numpy as np
from jaxtyping import Float


def in_standard_errors(gains: Float[np.ndarray, " M"]) -> float:
    """The mean over records in standard errors of it.

    Args:
      gains: gain of each record.

    Returns:
      The mean over its standard error; nan without records, or if all gain the same.
    """
    if not len(gains):
        return np.nan
    return over(gains.mean(), gains.std(ddof=1) / len(gains) ** 0.5 if len(gains) > 1 else 0.0)


def over(gain: float, standard_error: float) -> float:
    """A gain in standard errors; nan if it is one that does not vary, and 0 if there is none."""
    return float(gain / standard_error) if standard_error else np.nan if gain else 0.0
