"""cleanlab's answer to the same question, for comparison (extra `audit`).

Source: Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
JAIR 2021.
"""

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.errors import UserError


@dataclasses.dataclass(frozen=True)
class Cleanlab:
    """cleanlab's scores and count.

    Attributes:
      scores: 1 - cleanlab's label quality, by its name for the method.
      rate: share of the observed labels that it estimates to be wrong.
    """

    scores: dict[str, Float[np.ndarray, " N"]]
    rate: float


def require() -> None:
    """Says that cleanlab is missing, before anything is computed for it.

    Raises:
      UserError: cleanlab is not installed.
    """
    try:
        import cleanlab.count
        import cleanlab.rank  # noqa: F401
    except ImportError as error:
        raise UserError(
            f"the comparison needs cleanlab ({error}): pip install 'cleanlab>=2.9'"
        ) from error


def ask(probabilities: Float[np.ndarray, "N C"], given: Int[np.ndarray, " N"]) -> Cleanlab:
    """Scores and counts wrong labels as cleanlab does.

    Args:
      probabilities: out-of-sample probabilities.
      given: observed label of each record, an index into the classes.

    Returns:
      cleanlab's scores and count.

    Raises:
      UserError: cleanlab is not installed, or all labels are of one class.
    """
    require()
    if len(np.unique(given)) < 2:
        raise UserError(
            f"cleanlab: the {len(given)} records with out-of-sample probabilities have one label: "
            "give probabilities of records of two classes or more"
        )
    from cleanlab.count import num_label_issues
    from cleanlab.rank import get_label_quality_scores

    scores = {
        f"cleanlab {method}": 1
        - get_label_quality_scores(given, probabilities, method=method, adjust_pred_probs=False)
        for method in ("self_confidence", "normalized_margin")
    }
    return Cleanlab(scores, float(num_label_issues(given, probabilities) / len(given)))
