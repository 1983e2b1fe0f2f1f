"""What the curves of a training show, in words."""

from collections.abc import Collection
from typing import NamedTuple


class Term(NamedTuple):
    """One logged number.

    Attributes:
      title: title of its chart.
      meaning: what it measures, as the end of a sentence; "" where the title says it.
      share: whether it is a share, shown as a percentage.
    """

    title: str
    meaning: str = ""
    share: bool = False


_PARTS = {
    "ce": Term("Cross-entropy (ce)", "how far the network is from the labels that it is taught"),
    "lm": Term("Landmark loss (lm)", "how far the predicted landmarks are from the known ones"),
    "kl": Term(
        "Divergence from the targets (kl)",
        "how far the network is from its target distributions, to which neighbours contribute",
    ),
    "el": Term("Contrastive loss (el)", "how closely faces of one class lie together"),
    "rank": Term(
        "Rank regularisation (rank)",
        "how much SCN's most important images lack of the margin to the rest",
    ),
    "consistency": Term(
        "Attention consistency", "how much an image and its mirror image activate other places"
    ),
}
TERMS = {
    "loss": Term("Loss"),
    **_PARTS,
    "accuracy": Term("Training accuracy", "measured against the observed labels", share=True),
    "relabelled": Term(
        "Relabelled images", "those that SCN teaches another label than the observed one", True
    ),
    "uncertainty": Term("Uncertainty", "the mean of RUL's uncertainties of the images"),
    "ambiguous": Term(
        "Ambiguous images",
        "those whose likeliest class is too uncertain to tell the contrastive loss which faces "
        "belong together",
        share=True,
    ),
    "trust": Term(
        "Trust in the observed labels",
        "how much a label counts in the cross-entropy, judged by the targets",
        share=True,
    ),
    "gradient_norm": Term("Gradient norm"),
}


def note(present: Collection[str]) -> str:
    """Explains the numbers that a page shows.

    Args:
      present: their names in the log.

    Returns:
      Sentences.
    """
    lines = ["Means of the logged batches."]
    if any(name in _PARTS for name in present):
        lines.append("A loss is the sum of its parts, each with its weight in the config.")
    shown = [term for name, term in TERMS.items() if name in present and term.meaning]
    return " ".join([*lines, *(f"{term.title}: {term.meaning}." for term in shown)])
