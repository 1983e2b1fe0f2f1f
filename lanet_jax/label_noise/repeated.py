"""Probabilities that repeat the labels: a network that was trained on them finds nothing wrong."""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float, Int

_NEARLY_ALL = 0.98  # share of the labels that a network hardly guesses unless it has seen them
_FAR = 0.05  # by which it then exceeds what others guess that have not

CAUTION = (
    "They repeat the labels: were they trained on them? Then give out-of-fold ones, or features."
)


def share(
    probabilities: Float[np.ndarray, "N C"],
    given: Int[np.ndarray, " N"],
    learned: Iterable[float] = (),
) -> float | None:
    """Tells whether class probabilities look as if their network was trained on these labels.

    Nothing that has not seen a wrong label guesses it, so a share of wrong labels bounds how many
    anything guesses. A perfect network on perfect labels cannot be told apart from one that has
    memorised them, so only its user can say which it is.

    Args:
      probabilities: class probabilities of a network.
      given: observed label of each record, an index into the classes.
      learned: shares of the labels that others guess, which certainly have not seen them.

    Returns:
      The share of the labels that the network repeats; None if nothing speaks against it.
    """
    repeated = float(np.mean(probabilities.argmax(axis=1) == given))
    suspect = repeated >= _NEARLY_ALL and repeated - max(learned, default=0.0) >= _FAR
    return repeated if suspect else None
