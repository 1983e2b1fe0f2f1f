"""The style of every figure.

The colours are those of the report page. Colour never carries a meaning alone: classes also differ
by their markers, right and wrong labels by their outlines.
"""

import functools
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.figures import fonts
from lanet_jax.files.atomic import replacing
from lanet_jax.report import theme

INK, MUTED, RULE, PAPER = (theme.LIGHT[name] for name in ("ink", "muted", "rule", "card"))
SERIES = tuple(theme.LIGHT[f"series-{i}"] for i in range(6))
RIGHT, WRONG = SERIES[:2]
PEOPLE, TARGET = SERIES[5], SERIES[0]
SERIES_MARKS = ("o", "s", "^", "D", "v", "P")
HEAT = "inferno"

_CLASS_MARKS = ("v", "D", "P", "o", "s", "^", "X", "*")
_LETTER, _BESIDE = 0.08, 0.8  # inches: a letter of a legend, and what stands beside its names
_LEGEND_LINE = 0.2  # inches
_STYLE: Any = {  # matplotlib's stubs take only literal dicts for a style
    "font.family": fonts.FAMILY,
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.labelsize": 9,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "text.color": INK,
    "text.parse_math": False,  # a `$` in a class name does not start a formula
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "figure.facecolor": PAPER,
    "figure.dpi": 150,
    "savefig.dpi": 150,
    "svg.fonttype": "path",
    "svg.hashsalt": "lanet_jax",  # the same figure is the same file
}

P = ParamSpec("P")


class NotDrawnError(Exception):
    """Says in a few words why a figure cannot be drawn from this data."""


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Wraps a function that draws a figure, so that it is drawn in the common style."""

    @functools.wraps(draw)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with matplotlib.rc_context(_STYLE):
            return draw(*args, **kwargs)

    return wrapped


def canvas(width: float, height: float) -> Figure:
    """Makes an empty figure.

    Args:
      width: in inches.
      height: in inches.

    Returns:
      The figure, without a window or global state.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def bare(axes: Any) -> None:
    """Removes ticks, grid and frame, for images and for axes without a unit."""
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)


class Percent(PercentFormatter):
    """Writes shares as percentages, with as many decimals as it takes to tell the ticks apart."""

    def __init__(self) -> None:
        super().__init__(1)

    def set_locs(self, locs: Any) -> None:
        """Takes the places of the ticks, which decide how many decimals all of them have."""
        super().set_locs(locs)
        percents = 100 * np.asarray(locs, float)
        exact = (d for d in range(6) if np.allclose(percents.round(d), percents, 0, 1e-6))
        self.decimals = next(exact, 6)


def series(index: int) -> tuple[str, str]:
    """Colour and marker of a series; the seventh has the first one's colour, but not its marker."""
    count = len(SERIES)
    return SERIES[index % count], SERIES_MARKS[(index + index // count) % count]


def class_style(classes: Sequence[str]) -> list[tuple[str, str]]:
    """Colour and marker of each class; an expression has the same in every dataset.

    Args:
      classes: class names, in the order of their indices.

    Returns:
      A pair for each class.
    """
    known = set(classes) <= set(EXPRESSIONS)
    count = len(theme.CLASSES)
    pairs = []
    for position, name in enumerate(classes):
        i = EXPRESSIONS.index(name) if known else position
        # A ninth class has the first one's colour, but not its marker.
        pairs.append((theme.CLASSES[i % count], _CLASS_MARKS[(i + i // count) % count]))
    return pairs


def class_legend(figure: Figure, classes: Sequence[str]) -> None:
    """Names the classes' colours and marks below a figure."""
    handles = [
        Line2D([], [], color=color, marker=mark, linestyle="")
        for color, mark in class_style(classes)
    ]
    legend(figure, handles, classes, len(classes), columnspacing=1.2, handletextpad=0.2)


def legend(
    figure: Figure, handles: Sequence[Any], labels: Sequence[str], columns: int, **spacing: float
) -> None:
    """Puts a legend below a figure, in as many columns and lines as its width asks for.

    The figure grows by the lines after the first, so that its axes keep their size.

    Args:
      figure: the figure, whose width stays.
      handles: what each entry shows.
      labels: the name of each entry; one that is wider than the figure is wrapped.
      columns: how many columns there are at most.
      **spacing: matplotlib's distances within a legend.
    """
    letters = int((figure.get_figwidth() - _BESIDE) / _LETTER)
    wrapped = [textwrap.fill(label, letters) for label in labels]
    for count in range(min(len(labels), columns), 0, -1):
        placed: dict[str, Any] = {"loc": "outside lower center", "ncols": count, **spacing}
        made = figure.legend(handles, wrapped, **placed)
        fonts.give_fonts(made)  # of other letters and widths than what was asked for
        size = made.get_window_extent(figure.canvas.get_renderer())  # type: ignore[attr-defined]  # of Agg
        if size.width <= figure.bbox.width or count == 1:
            break
        made.remove()
    more = size.height / figure.dpi - 2 * _LEGEND_LINE
    figure.set_figheight(figure.get_figheight() + max(0.0, more))


def save(figure: Figure, folder: Path, name: str) -> list[Path]:
    """Writes a figure as PNG and as SVG, each under a temporary name first.

    Args:
      figure: figure from `canvas`.
      folder: folder for the files; made if absent.
      name: name of the files, without ending.

    Returns:
      Both files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fonts.give_fonts(figure)
    paths = []
    for kind, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        path = folder / f"{name}.{kind}"
        with replacing(path) as temporary, matplotlib.rc_context(_STYLE):
            figure.savefig(temporary, format=kind, metadata=metadata)
        paths.append(path)
    return paths
