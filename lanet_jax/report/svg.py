"""Writes SVG elements, and the axes that charts share."""

import math
from collections.abc import Iterable

from markupsafe import Markup

NARROW, WIDE, HEIGHT = 400, 540, 260  # px on a wide page, for three or two charts in a row
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 14, 12, 42
_ALIKE = 1e-3  # share of a value below which a difference is not drawn


def element(tag: str, *children: str, **attributes: object) -> Markup:
    """Writes an element; text that is not markup is escaped.

    Args:
      tag: name of the element.
      *children: its texts and elements.
      **attributes: its attributes; `_` stands for `-`, and `class_` for `class`.

    Returns:
      Its markup.
    """
    text = Markup("<{}").format(tag)
    for name, value in attributes.items():
        shown = f"{value:.4g}" if isinstance(value, float) else value
        text += Markup(' {}="{}"').format(name.rstrip("_").replace("_", "-"), shown)
    inner = Markup("").join(children)
    return text + (Markup(">{}</{}>").format(inner, tag) if children else Markup("/>"))


def drawing(shapes: Iterable[Markup], width: float, height: float, label: str) -> Markup:
    """Writes a whole `<svg>`.

    Args:
      shapes: markup of its elements, painted in this order.
      width: width in its own coordinates; on the page it fills the available width.
      height: height in its own coordinates.
      label: description, for readers who cannot see it.

    Returns:
      Its markup.
    """
    return element("svg", *shapes, viewBox=f"0 0 {width} {height}", role="img", aria_label=label)


def ticks(low: float, high: float, count: int) -> list[float]:
    """Round numbers that enclose a range in at most `count` steps."""
    if high - low <= _ALIKE * max(abs(low), abs(high)):  # their digits would not fit
        low, high = low - (abs(low) or 1) / 10, high + (abs(high) or 1) / 10
    power = 10.0 ** math.floor(math.log10((high - low) / count))
    step = next(m * power for m in (1, 2, 5, 10, 20) if m * power >= (high - low) / count * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


class Axes:
    """The axes of a chart: scales, grid and labels.

    Args:
      x_range: lowest and highest x.
      y_ticks: values written at the y axis, which spans the first to the last.
      x_label: name of the x axis.
      unit: "%" writes the y axis in percent.
      width: width of the chart, in its own coordinates.
      whole: whether only whole numbers are written at the x axis.
    """

    def __init__(
        self,
        x_range: tuple[float, float],
        y_ticks: list[float],
        x_label: str,
        unit: str = "",
        width: int = WIDE,
        whole: bool = False,
    ) -> None:
        low, high = x_range
        if whole and math.ceil(low) > math.floor(high):  # none lies between
            low, high = math.floor(low), math.ceil(high)
        found = ticks(low, high, 6) if low < high else [low]
        self._x_ticks = [x for x in found if not whole or float(x).is_integer()]
        self._low, self._high = (low, high) if low < high else (low - 0.5, high + 0.5)
        self._y_ticks, self._x_label, self._unit = y_ticks, x_label, unit
        self._width = width

    def x(self, value: float) -> float:
        """The distance of an x value from the left edge."""
        share = (value - self._low) / (self._high - self._low)
        return _LEFT + share * (self._width - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        """The distance of a y value from the top edge."""
        low, high = self._y_ticks[0], self._y_ticks[-1]
        return HEIGHT - _BOTTOM - (value - low) / (high - low) * (HEIGHT - _TOP - _BOTTOM)

    def box(self, x_range: tuple[float, float], top: float, said: str, **attributes) -> Markup:
        """A bar from the x axis up to a value, with a text shown under the pointer."""
        left, right = map(self.x, x_range)
        return element(
            "rect",
            element("title", said),
            x=left,
            y=self.y(top),
            width=right - left,
            height=max(self.y(self._y_ticks[0]) - self.y(top), 0.0),
            **attributes,
        )

    def drawing(self, shapes: Iterable[Markup], label: str) -> Markup:
        """The chart: grid, shapes and labels."""
        right, bottom = self._width - _RIGHT, HEIGHT - _BOTTOM
        frame = []
        factor = 100 if self._unit == "%" else 1
        step = factor * (self._y_ticks[1] - self._y_ticks[0])
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        for value in self._y_ticks:
            y = self.y(value)
            frame.append(element("line", class_="grid", x1=_LEFT, x2=right, y1=y, y2=y))
            text = f"{factor * value:.{decimals}f}{self._unit}"
            frame.append(element("text", text, class_="tick y", x=_LEFT - 6, y=y + 4))
        for value in self._x_ticks:
            if self._low <= value <= self._high:
                text = f"{value:g}"
                frame.append(element("text", text, class_="tick", x=self.x(value), y=bottom + 16))
        middle = (_LEFT + right) / 2
        frame.append(element("text", self._x_label, class_="axis", x=middle, y=HEIGHT - 8))
        return drawing([*frame, *shapes], self._width, HEIGHT, label)
