"""The figure of `benchmarks.growth`: time above memory, a column for each axis."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from benchmarks.sweeps import Curve
from lanet_jax.figures import style

_UNITS = {"ms": "time, ms", "MiB": "memory, MiB"}
_NAMES = {"B": "batch, $B$", "Q": "queue entries, $Q$", "N": "records, $N$", "C": "classes, $C$"}
_ALLOWED = {"color": style.MUTED, "linewidth": 0.9, "linestyle": "--"}


@style.styled
def draw(axes: Sequence[Sequence[Curve]]) -> Figure:
    """Draws the curves on logarithmic axes, with slopes and, dashed, what the equations allow.

    Args:
      axes: the curves of each axis.

    Returns:
      The figure.
    """
    figure = style.canvas(2.7 * len(axes), 6.2)
    grid = figure.subplots(len(_UNITS), len(axes), squeeze=False)
    for row, (unit, label) in enumerate(_UNITS.items()):
        grid[row, 0].set_ylabel(label)
        for column, curves in enumerate(axes):
            _panel(grid[row, column], [curve for curve in curves if curve.unit == unit])
    for column, curves in enumerate(axes):
        sampler = curves[0].name != "step"
        grid[0, column].set_title("sampler" if sampler else "step")
        grid[-1, column].set_xlabel(_NAMES[curves[0].axis])
    allowed = Line2D([], [], **_ALLOWED, label="what the equations allow")
    figure.legend(handles=[allowed], loc="outside lower center")
    return figure


def _panel(axes: Axes, curves: Sequence[Curve]) -> None:
    axes.set(xscale="log", yscale="log")
    for i, curve in enumerate(curves):
        color, mark = style.SERIES[i], style.SERIES_MARKS[i]
        label = f"{curve.name}: slope {curve.slope:.2f}"
        axes.plot(curve.values, curve.found, color=color, marker=mark, markersize=4, label=label)
        scale = curve.found[-1] / curve.terms(curve.values[-1])
        allowed = [scale * curve.terms(value) for value in curve.values]
        axes.plot(curve.values, allowed, **_ALLOWED)
    lowest = min(min(curve.found) for curve in curves)
    highest = max(max(curve.found) for curve in curves)
    # The dashed lines may run far below the points; above them the legend needs room.
    axes.set_ylim(lowest / 2, highest * (highest / lowest) ** 0.45 * 2)
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    plain = FuncFormatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_major_formatter(plain)
    axes.set_xticks(_ends(curves[0].values))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(int(value))))
    axes.legend(loc="upper left", fontsize=7, handlelength=1.4)


def _ends(values: Sequence[int]) -> list[int]:
    return sorted({values[0], values[len(values) // 2], values[-1]})


def _short(value: int) -> str:
    for size, letter in ((10**6, "M"), (1024, "k") if value % 1024 == 0 else (1000, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return str(value)
