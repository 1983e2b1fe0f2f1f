"""The style of every figure.

The colours are those of the report page. Colour never carries a meaning alone: classes also differ
by their markers, right and wrong labels by their outlines.
"""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

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
_LEGEND_ENTRY = 1.0  # inches
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
        Line2D([], [], color=color, marker=mark, linestyle="", label=name)
        for name, (color, mark) in zip(classes, class_style(classes), strict=True)
    ]
    columns = min(len(handles), int(figure.get_figwidth() / _LEGEND_ENTRY))
    spacing = {"columnspacing": 1.2, "handletextpad": 0.2}
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, **spacing)


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
