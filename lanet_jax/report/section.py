"""The building blocks of a page, which the template draws."""

import dataclasses

from markupsafe import Markup


@dataclasses.dataclass(frozen=True)
class Tile:
    """One number.

    Attributes:
      label: name of the number.
      value: the number as text.
      note: what it is measured on.
    """

    label: str
    value: str
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Panel:
    """One chart.

    Attributes:
      title: what it shows.
      chart: an `<svg>`, or an `<img>`, which is as wide as the page.
      values: final values, each with the index of its colour.
      note: text on how to read it; "" for none.
    """

    title: str
    chart: Markup
    values: tuple[tuple[int, str], ...] = ()
    note: str = ""


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows of text.

    Attributes:
      header: names of the columns.
      rows: rows, with one text per column.
      bold: (row, column) of the cells in bold.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bold: frozenset[tuple[int, int]] = frozenset()


@dataclasses.dataclass(frozen=True)
class Section:
    """A part of the page with a heading of its own.

    Attributes:
      title: heading of the section.
      note: text on how to read it; "" for none.
      tiles: numbers at the top.
      legend: names of the colours, by index.
      panels: charts, in the order of the page.
      wide: whether there are two charts in a row instead of three.
      table: table below the charts; None for none.
      folded: whether the table can be folded away.
    """

    title: str
    note: str = ""
    tiles: tuple[Tile, ...] = ()
    legend: tuple[str, ...] = ()
    panels: tuple[Panel, ...] = ()
    wide: bool = False
    table: Table | None = None
    folded: bool = False
