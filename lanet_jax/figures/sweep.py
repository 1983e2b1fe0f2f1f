"""Figures 2 and 7: accuracy over the values of one field."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from lanet_jax.figures import style
from lanet_jax.figures.style import NotDrawnError

_SYMBOLS = {
    "lde.neighbors": "neighbours in each space, $K$",
    "lde.decay": r"decay of the targets, $\omega$",
    "el.threshold": r"confidence threshold, $\delta$",
    "el.temperature": r"temperature, $\tau$",
    "loss.alpha": r"weight of $L_{kl}$, $\alpha$",
    "loss.beta": r"weight of $L_{el}$, $\beta$",
}
_COLUMNS = 3  # at most


class Curve(NamedTuple):
    """One line of a sweep.

    Attributes:
      label: the settings that its runs share; "" if there is only one line.
      points: each value of the field with the accuracies of its seeds, in [0, 1].
    """

    label: str
    points: Sequence[tuple[float, Sequence[float]]]


@style.styled
def draw(curves: Mapping[str, Sequence[Curve]]) -> Figure:
    """Draws a panel for each field that was varied.

    Args:
      curves: the curves of each field.

    Returns:
      The figure.

    Raises:
      NotDrawnError: no field was varied.
    """
    if not curves:
        raise NotDrawnError("no finished runs differ in one number of the config alone")
    rows = -(-len(curves) // _COLUMNS)
    columns = -(-len(curves) // rows)
    figure = style.canvas(max(4.0 * columns, 5.2), 3.2 * rows + 0.4)
    grid = list(figure.subplots(rows, columns, squeeze=False, sharey=True).flat)
    labels = list(dict.fromkeys(curve.label for panel in curves.values() for curve in panel))
    drawn = {}
    for axes, (field, panel) in zip(grid[: len(curves)], curves.items(), strict=True):
        for curve in panel:
            drawn[curve.label] = _line(axes, curve, labels.index(curve.label))
        _x_axis(axes, sorted({value for curve in panel for value, _ in curve.points}))
        axes.set_xlabel(_SYMBOLS.get(field, field), parse_math=field in _SYMBOLS)
        axes.yaxis.set_major_formatter(style.Percent())
    for axes in grid[len(curves) :]:
        axes.remove()
    for axes in grid[: len(curves) : columns]:
        axes.set_ylabel("accuracy, last 5 epochs")
    if any(labels):
        style.legend(figure, [drawn[label] for label in labels], labels, 4)
    return figure


def _line(axes: Axes, curve: Curve, index: int) -> ErrorbarContainer:
    points = sorted(curve.points)
    x = [value for value, _ in points]
    mean = [float(np.mean(seeds)) for _, seeds in points]
    spread = [float(np.std(seeds, ddof=1)) if len(seeds) > 1 else 0.0 for _, seeds in points]
    color, mark = style.series(index)
    for value, seeds in points:
        if len(seeds) > 1:
            dots: dict[str, Any] = {"s": 9, "color": color, "alpha": 0.45, "linewidths": 0}
            axes.scatter([value] * len(seeds), seeds, **dots)
    bars: dict[str, Any] = {"yerr": spread, "elinewidth": 1.2, "capsize": 3} if any(spread) else {}
    return axes.errorbar(x, mean, color=color, marker=mark, markersize=5, linewidth=1.6, **bars)


def _x_axis(axes: Axes, values: Sequence[float]) -> None:
    if values[0] > 0 and values[-1] / values[0] >= 10:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(values)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
