"""Figures 5 and 8: images with observed label, annotator votes and target distribution."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lanet_jax import metrics
from lanet_jax.figures import style
from lanet_jax.figures.style import NotDrawnError


@dataclasses.dataclass(frozen=True)
class Example:
    """One training image.

    Attributes:
      image: RGB, 0 to 255.
      given: its observed label.
      true: the label before the noise, None where it is not known.
      votes: shares of annotator votes, None where the data has none.
      target: estimated distribution over the classes; sums to 1.
    """

    image: UInt8[np.ndarray, "H W 3"]
    given: int
    true: int | None
    votes: Float[np.ndarray, " C"] | None
    target: Float[np.ndarray, " C"]


@style.styled
def draw(groups: Mapping[str, Sequence[Example]], classes: Sequence[str]) -> Figure:
    """Draws a column for each group, with an image and its bars in each row.

    Args:
      groups: images by the title of their group, see `groups_of`.
      classes: class names, in the order of their indices.

    Returns:
      The figure.

    Raises:
      NotDrawnError: there is no image.
    """
    columns = [(title, examples) for title, examples in groups.items() if len(examples)]
    if not columns:
        raise NotDrawnError("there is no training image to show")
    rows = max(len(examples) for _, examples in columns)
    figure = style.canvas(3.9 * len(columns), 1.75 * rows + 0.7)
    parts = figure.subfigures(1, len(columns), squeeze=False, wspace=0.04)[0]
    for part, (title, examples) in zip(parts, columns, strict=True):
        part.suptitle(title, fontweight="bold")
        grid = part.subplots(rows, 2, squeeze=False, width_ratios=(1, 1.1))
        for i, (left, right) in enumerate(grid):
            if i < len(examples):
                _image(left, examples[i])
                _bars(right, examples[i], classes)
            else:
                left.remove()
                right.remove()
    shown = [Patch(color=style.TARGET, label="target distribution")]
    if any(example.votes is not None for _, examples in columns for example in examples):
        shown.insert(0, Patch(color=style.PEOPLE, label="annotator votes"))
    figure.legend(handles=shown, loc="outside lower center", ncols=2)
    return figure


def groups_of(
    given: Int[np.ndarray, " N"],
    true: Int[np.ndarray, " N"] | None,
    votes: Float[np.ndarray, "N C"] | None,
    targets: Float[np.ndarray, "N C"],
) -> dict[str, Bool[np.ndarray, " N"]]:
    """Sorts records into groups, each into one at most.

    A label is wrong if it differs from the known true label or, where that is not known, if
    another class has more votes. A right label is ambiguous if no class has more than half of the
    votes. With neither truth nor votes the target decides which labels are doubted.

    Args:
      given: labels trained on.
      true: labels before the noise, if known.
      votes: shares of votes, if there are any; rows without a vote are nan.
      targets: estimated distribution of each record; rows sum to 1.

    Returns:
      The members of each group, by its title.
    """
    if true is None and votes is None:
        doubted = targets.argmax(axis=1) != given
        return {"Label doubted by the target": doubted, "Label kept": ~doubted}
    if votes is None:
        return {"Wrong label": given != true, "Right label": given == true}
    top = votes.max(axis=1)
    own = metrics.of_label(votes, given)
    wrong = own < top if true is None else given != true
    right = ~wrong & ~np.isnan(top)
    return {
        "Wrong label": wrong & ~np.isnan(top),
        "Ambiguous: no majority": right & (top <= 0.5),
        "Right label": right & (top > 0.5),
    }


def _image(axes: Axes, example: Example) -> None:
    axes.imshow(example.image, interpolation="lanczos")
    style.bare(axes)


def _bars(axes: Axes, example: Example, classes: Sequence[str]) -> None:
    places = np.arange(len(classes))
    kinds = [(example.target, style.TARGET)]
    if example.votes is not None:
        kinds.insert(0, (example.votes, style.PEOPLE))
    height = 0.8 / len(kinds)
    for i, (shares, color) in enumerate(kinds):
        shift = (i - (len(kinds) - 1) / 2) * height
        axes.barh(places + shift, shares, height, color=color)
    axes.set(xlim=(0, 1), xticks=(0, 0.5, 1), ylim=(len(classes) - 0.4, -0.6))
    axes.xaxis.set_major_formatter(style.Percent())
    axes.set_yticks(places, classes)
    axes.tick_params(left=False, labelsize=7)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    named = {example.given: "observed"}
    if example.true is not None and example.true != example.given:
        named[example.true] = "true"
    for c, word in named.items():
        wrong = word == "observed" and len(named) > 1
        color = style.WRONG if wrong else style.INK
        axes.get_yticklabels()[c].set(fontweight="bold", color=color)
        axes.annotate(
            word,
            (1.04, c),
            ha="left",
            va="center",
            annotation_clip=False,
            fontsize=7,
            fontweight="bold",
            color=color,
        )
