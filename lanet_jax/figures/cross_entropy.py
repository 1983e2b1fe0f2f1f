"""Figure 4: cross-entropy of the predictions with right and with wrong observed labels."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from lanet_jax import metrics
from lanet_jax.figures import style
from lanet_jax.figures.drawn_from import Look
from lanet_jax.figures.style import NotDrawnError

_BINS = 30
_COVERED = 99.5  # percent of the values within the axis; the rest counts in its last bin

_KINDS = (("right labels", style.RIGHT, "-"), ("wrong labels", style.WRONG, "--"))


@style.styled
def draw(looks: Sequence[Look]) -> Figure:
    """Draws a histogram for each checkpoint, all on the same axes.

    Args:
      looks: what each checkpoint says about training records.

    Returns:
      The figure.

    Raises:
      NotDrawnError: it is not known which labels are wrong, or all are, or none is.
    """
    if any(look.true is None for look in looks):
        raise NotDrawnError(
            "it is not known which of the training labels are wrong; of noise injected by a label "
            "file, a run with --config.noise.truth_known=True knows it"
        )
    if any((look.given == look.true).all() for look in looks):
        raise NotDrawnError("none of the training labels looked at is wrong")
    if any((look.given != look.true).all() for look in looks):
        raise NotDrawnError("none of the training labels looked at is right")
    values = [cross_entropy(look) for look in looks]
    top = max(1.0, *(float(np.percentile(one, _COVERED)) for one in values))
    edges = np.linspace(0, np.ceil(top), _BINS + 1)
    figure = style.canvas(max(4.2 * len(looks), 5.2), 3.4)
    grid = figure.subplots(1, len(looks), sharey=True, squeeze=False)[0]
    for axes, look, value in zip(grid, looks, values, strict=True):
        wrong = look.given != look.true
        for own, (_, color, dashes) in zip((~wrong, wrong), _KINDS, strict=True):
            shown = np.minimum(value[own], edges[-1])
            share = {"bins": edges, "weights": np.full(len(shown), 1 / len(shown))}
            axes.hist(shown, **share, histtype="stepfilled", color=color, alpha=0.22)
            outline = {"histtype": "step", "color": color, "linestyle": dashes, "linewidth": 1.8}
            axes.hist(shown, **share, **outline)
        auroc = metrics.auroc(wrong, value)
        predicted = look.probabilities.argmax(axis=1)
        fitted = metrics.wrong_labels_fitted(predicted, look.given, look.true)  # type: ignore[arg-type]  # refused above
        axes.set_title(look.label, pad=20)
        found = f"{fitted:.0%} of the wrong labels fitted, AUROC of finding them {auroc:.3f}"
        above = {"xytext": (0, 6), "textcoords": "offset points", "ha": "center"}
        axes.annotate(found, (0.5, 1), xycoords="axes fraction", fontsize=8, **above)
        axes.set_xlabel("cross-entropy with the observed label, nats")
        axes.yaxis.set_major_formatter(style.Percent())
        axes.set_xlim(0, edges[-1])
    grid[0].set_ylabel("share of the labels")
    handles = [
        Patch(facecolor=(color, 0.22), edgecolor=color, linestyle=dashes, linewidth=1.8, label=name)  # type: ignore[arg-type]  # one of its words
        for name, color, dashes in _KINDS
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def cross_entropy(look: Look) -> Float[np.ndarray, " N"]:
    """Cross-entropy of every record with its observed label, -log p[given], in nats."""
    return -np.log(np.maximum(metrics.of_label(look.probabilities, look.given), 1e-12))
