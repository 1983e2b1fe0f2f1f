"""Figure 3: features in the plane, coloured by observed and by true labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.manifold import TSNE

from lanet_jax.figures import style
from lanet_jax.figures.drawn_from import Look
from lanet_jax.figures.style import NotDrawnError

_FEWEST = 10  # records needed for a picture
_LAYERS = 8


@style.styled
def draw(looks: Sequence[Look], seed: int = 0) -> Figure:
    """Draws a column for each checkpoint and a row for each kind of label.

    The kinds of labels of a single checkpoint stand side by side.

    Args:
      looks: what each checkpoint says about training records; all have the same classes.
      seed: seed of t-SNE.

    Returns:
      The figure.

    Raises:
      NotDrawnError: there are too few records.
    """
    kinds = [("given", "observed labels")]
    if all(look.true is not None for look in looks):
        kinds.append(("true", "true labels"))
    side_by_side = len(looks) == 1
    rows, columns = (1, len(kinds)) if side_by_side else (len(kinds), len(looks))
    figure = style.canvas(4.2 * columns, 4.2 * rows + 0.8)
    grid = figure.subplots(rows, columns, squeeze=False)
    for i, look in enumerate(looks):
        places = embed(look.features, seed)
        for j, (kind, what) in enumerate(kinds):
            axes = grid[0, j] if side_by_side else grid[j, i]
            _scatter(axes, places, getattr(look, kind), look.classes)
            axes.set_title(f"{look.label}: {what}" if side_by_side else look.label * (not j))
            if not side_by_side and not i:
                axes.set_ylabel(what, fontweight="bold")
    style.class_legend(figure, looks[0].classes)
    return figure


def embed(features: Float[np.ndarray, "N D"], seed: int) -> Float[np.ndarray, "N 2"]:
    """Embeds features in the plane by t-SNE, which keeps neighbours together.

    Source: van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 2008.

    Args:
      features: features of all N records in one space.
      seed: seed of its random choices.

    Returns:
      x and y of each record.

    Raises:
      NotDrawnError: there are too few records.
    """
    if len(features) < _FEWEST:
        raise NotDrawnError(f"{len(features)} records are too few for t-SNE: --records=2000")
    perplexity = min(30.0, (len(features) - 1) / 3)
    return TSNE(2, init="pca", perplexity=perplexity, random_state=seed).fit_transform(features)


def _scatter(
    axes: Axes,
    places: Float[np.ndarray, "N 2"],
    labels: Int[np.ndarray, " N"],
    classes: Sequence[str],
) -> None:
    size = float(np.clip(16000 / len(places), 5, 30))
    # Drawn in layers of all classes, so that no class covers the others.
    for part in np.array_split(np.arange(len(places)), _LAYERS):
        for c, (color, mark) in enumerate(style.class_style(classes)):
            x, y = places[part[labels[part] == c]].T
            marks: dict[str, Any] = {"s": size, "c": color, "marker": mark, "linewidths": 0}
            axes.scatter(x, y, alpha=0.8, rasterized=True, **marks)
    axes.set_box_aspect(1)
    style.bare(axes)
    for spine in axes.spines.values():
        spine.set(visible=True, color=style.RULE)
