"""Captions of the figures; the report page reads them too, so nothing heavy is imported here."""

from typing import NamedTuple


class Caption(NamedTuple):
    """The text above and below a figure.

    Attributes:
      title: text above the figure.
      note: text below, on how to read it.
    """

    title: str
    note: str


# In the order of a page.
CAPTIONS = {
    "features": Caption(
        "Features (t-SNE)",
        "Training images by their features, coloured by observed label and, if true labels are "
        "known, drawn again at the same positions, coloured by these: where the first is mixed and "
        "the second clean, wrong labels were not learned. Paper, Figure 3.",
    ),
    "cross_entropy": Caption(
        "Cross-entropy with the observed label",
        "Of right and of wrong training labels; the further apart, the fewer wrong labels were "
        "memorised. The last bin holds all that lies beyond. Paper, Figure 4.",
    ),
    "distributions": Caption(
        "What people see and what the method estimates",
        "Random training images: observed label, true label and annotator votes if they are "
        "known, target distribution. Paper, Figures 5 and 8.",
    ),
    "attention": Caption(
        "Where the network looks",
        "Grad-CAM of the predicted class on one evaluated image of each class: above it its label "
        "(of a held-out image the observed one, which may be wrong), below it the predicted class. "
        "In a dark map, no region supports the class. "
        "The landmarks are there for comparison; the network does not see them. "
        "Paper, Figure 6.",
    ),
    "sweep": Caption(
        "Sweeps",
        "Accuracy by the value of one field, all others equal: mean and sample standard deviation "
        "over seeds, each seed a dot. Paper, Figures 2 and 7.",
    ),
    "noise": Caption(
        "Accuracy by the noise rate",
        "Of each method, all other settings equal; without added noise at 0. Mean and sample "
        "standard deviation over seeds, each seed a dot.",
    ),
}
OF_SEVERAL = ("sweep", "noise")  # figures that one run alone never has
