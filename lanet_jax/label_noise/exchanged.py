"""Two classes whose labels are exchanged: a probe learns them that way and finds nothing wrong."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from lanet_jax import metrics

_FEWEST = 10  # records of a class; of fewer, a network's favourite says little


def told(
    probabilities: Float[np.ndarray, "N C"], given: Int[np.ndarray, " N"], classes: Sequence[str]
) -> str:
    """Says which two classes a network sees the other way round.

    A network that confuses a class with another is common; that each of two is mostly taken for
    the other is not.

    Args:
      probabilities: class probabilities of a network that was not trained on these labels.
      given: observed label of each record, an index into the classes.
      classes: class names.

    Returns:
      A sentence; empty if there are no such two.
    """
    counts = metrics.confusion(probabilities.argmax(axis=1), given, len(classes))
    most = counts.argmax(axis=1)
    mainly = (counts.max(axis=1) > counts.sum(axis=1) / 2) & (counts.sum(axis=1) >= _FEWEST)
    for one, other in enumerate(most):
        if one < other and most[other] == one and mainly[one] and mainly[other]:
            return (
                f"Of {counts[one].sum()} records labelled {classes[one]} the network calls "
                f"{counts[one, other]} {classes[other]}, and of {counts[other].sum()} labelled "
                f"{classes[other]} {counts[other, one]} {classes[one]}: are these two exchanged?"
            )
    return ""
