"""Draws charts, coloured by the page's variables so that they follow light and dark mode."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from markupsafe import Markup

from lanet_jax import metrics
from lanet_jax.report import theme
from lanet_jax.report.svg import NARROW, WIDE, Axes, drawing, element, ticks

Format = Callable[[float], str]

_LETTER = 6.6  # px, the mean width of one
_LONGEST = 24  # letters of a name; of a longer one the rest is under the pointer
_MANY = 40  # points; with more, a line's dots appear only under the pointer


class Series(NamedTuple):
    """One line of a chart.

    Attributes:
      label: name in the legend.
      x: positions on the x axis.
      y: values at the positions `x`.
      index: number of its colour and dashes.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    index: int = 0  # type: ignore[assignment]  # hides a tuple's method, which nobody needs


def percent(value: float) -> str:
    """Writes a share as a percentage."""
    return f"{100 * value:.1f}%"


def interval(share: float, records: int | None) -> str:
    """The 95% interval of a share, in words; "" where its records are not known."""
    if not records:
        return ""
    return f"95% interval {metrics.interval(share, records)}, {records:,} images"


def digits(value: float) -> str:
    """Writes a number with four significant digits."""
    return f"{value:.4g}"


def thousandths(value: float) -> str:
    """Writes a number between 0 and 1, such as an AUROC."""
    return f"{value:.3f}"


def lines(
    series: Sequence[Series], x_label: str, show: Format, label: str, wide: bool = False
) -> Markup:
    """Draws lines over a common x axis.

    Args:
      series: the lines, none of them empty.
      x_label: name of the x axis, at which only whole numbers are written.
      show: writes a value.
      label: description of the chart, for readers who cannot see it.
      wide: whether two instead of three such charts are in a row.

    Returns:
      An `<svg>`; a point shows its value under the pointer.
    """
    xs = [x for one in series for x in one.x]
    ys = [y for one in series for y in one.y]
    unit = "%" if show is percent else ""
    width = WIDE if wide else NARROW
    y_ticks = ticks(min(ys), max(ys), 5)
    if unit:  # of shares there is nothing beyond all or none
        y_ticks = [y for y in y_ticks if 0 <= y <= 1]
    axes = Axes((min(xs), max(xs)), y_ticks, x_label, unit, width, whole=True)
    shapes = []
    for one in series:
        color, dashes = theme.series(one.index)
        path = "L".join(
            f"{axes.x(x):.1f} {axes.y(y):.1f}" for x, y in zip(one.x, one.y, strict=True)
        )
        style = f"stroke:{color};stroke-dasharray:{dashes}"
        shapes.append(element("path", class_="line", style=style, d=f"M{path}"))
        seen = "dot" if len(one.x) <= _MANY else "dot hidden"
        for x, y in zip(one.x, one.y, strict=True):
            title = element("title", f"{one.label}: {show(y)} at {x_label} {x:.4g}")
            style = f"fill:{color}"
            shapes.append(
                element("circle", title, class_=seen, style=style, cx=axes.x(x), cy=axes.y(y), r=2)
            )
    return axes.drawing(shapes, label)


def histogram(
    groups: Sequence[tuple[str, Float[np.ndarray, " N"]]], bins: int, x_label: str, label: str
) -> Markup:
    """Draws the shares of each group's values over equal bins of [0, 1].

    Args:
      groups: names and values; their order gives their colours.
      bins: number of bins over [0, 1].
      x_label: name of the x axis.
      label: description of the chart.

    Returns:
      An `<svg>`.
    """
    counts = [np.histogram(values, bins, (0, 1))[0] for _, values in groups]
    highest = max(count.max() / max(count.sum(), 1) for count in counts)
    axes = Axes((0, 1), ticks(0, highest, 5), x_label, "%")
    areas, spoken = [], []
    for index, ((name, _), count) in enumerate(zip(groups, counts, strict=True)):
        color, dashes = theme.series(index)
        outline = f"M{axes.x(0):.1f} {axes.y(0):.1f}"
        for i, share in enumerate(count / max(count.sum(), 1)):
            low, high = i / bins, (i + 1) / bins
            outline += f"V{axes.y(share):.1f}H{axes.x(high):.1f}"
            said = f"{low:g} to {high:g}: {share:.1%} of the {name} ({count[i]})"
            spoken.append(axes.box((low, high), share, said, class_="hit"))
        style = f"fill:{color};stroke:{color};stroke-dasharray:{dashes}"
        areas.append(element("path", class_="area", style=style, d=f"{outline}V{axes.y(0):.1f}Z"))
    return axes.drawing([*areas, *spoken], label)


def reliability(bins: Sequence[tuple[float, float, float, str]], label: str) -> Markup:
    """Draws accuracy over confidence, with the diagonal of a calibrated model.

    Args:
      bins: bounds of the confidence, accuracy, and description of each bin.
      label: description of the chart.

    Returns:
      An `<svg>`.
    """
    scale = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    axes = Axes((0, 1), scale, "confidence", "%")
    style = f"fill:{theme.series(0)[0]}"
    shapes = [
        axes.box((low + 0.004, high - 0.004), share, said, style=style)
        for low, high, share, said in bins
    ]
    diagonal = f"M{axes.x(0):.1f} {axes.y(0):.1f}L{axes.x(1):.1f} {axes.y(1):.1f}"
    return axes.drawing([*shapes, element("path", class_="guide", d=diagonal)], label)


def bars(rows: Sequence[tuple[str, float, str]], label: str) -> Markup:
    """Draws horizontal bars of shares.

    Args:
      rows: name, share and description of each bar.
      label: description of the chart.

    Returns:
      An `<svg>`.
    """
    pitch, left = 34, max(84, 12 + _width([name for name, _, _ in rows]))
    rail = WIDE - left - 56
    style = f"fill:{theme.series(0)[0]}"
    shapes = []
    for i, (name, share, said) in enumerate(rows):
        place = {"x": left, "y": 6 + i * pitch, "height": 18, "rx": 2}
        base = place["y"] + 13
        shapes += [
            _name(name, class_="name", x=left - 8, y=base),
            element("rect", class_="rail", width=rail, **place),
            element("rect", element("title", said), width=share * rail, style=style, **place),
            element("text", percent(share), class_="value", x=left + rail + 8, y=base),
        ]
    return drawing(shapes, WIDE, 6 + len(rows) * pitch, label)


def heatmap(matrix: Int[np.ndarray, "C C"], names: Sequence[str], label: str) -> Markup:
    """Draws a confusion matrix, with each row as percentages of its sum.

    Args:
      matrix: counts; rows are labels, columns predictions.
      names: class names, in the order of rows and columns.
      label: description of the chart.

    Returns:
      An `<svg>`.
    """
    cell, width = 48, _width(names)
    # The columns' names are turned by 40 degrees.
    left, top = max(84, 12 + width), max(66, 14 + round(0.65 * width))
    right = max(44, round(0.77 * width) - 20)
    shapes = []
    for i, name in enumerate(names):
        x, y = left + (i + 0.5) * cell, top + (i + 0.5) * cell + 4
        turn = f"translate({x - 6} {top - 8}) rotate(-40)"
        shapes.append(_name(name, class_="name", x=left - 8, y=y))
        shapes.append(_name(name, class_="column", transform=turn))
    for (i, j), count in np.ndenumerate(matrix):
        total = matrix[i].sum()
        share = count / max(total, 1)
        x, y = left + j * cell, top + i * cell
        said = f"{names[i]} taken for {names[j]}: {count} of {total} ({share:.1%})"
        shown = f"{100 * share:.0f}" if total else "-"
        shade = {"fill_opacity": round(share, 3), "width": cell - 2, "height": cell - 2, "rx": 3}
        inside = (
            element("title", said),
            element("rect", x=x, y=y, **shade),
            element("text", shown, x=x + cell / 2 - 1, y=y + cell / 2 + 3),
        )
        shapes.append(element("g", *inside, class_="cell strong" if share > 0.65 else "cell"))
    size = len(names) * cell
    return drawing(shapes, left + size + right, top + size, label)


def _width(names: Sequence[str]) -> int:
    """The width of the longest name as it is drawn, in px."""
    return round(_LETTER * min(max(map(len, names), default=0), _LONGEST))


def _name(name: str, **place: object) -> Markup:
    if len(name) <= _LONGEST:
        return element("text", name, **place)
    return element("text", f"{name[: _LONGEST - 1]}\u2026", element("title", name), **place)
