"""What a page is made of; the template draws each."""

import dataclasses

from markupsafe import Markup


@dataclasses.dataclass(frozen=True)
class Tile:
    """One number.

    Attributes:
      label: its name.
      value: as written.
      note: how it came about.
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
      values: what it comes to, each with the index of its colour.
      note: how to read it.
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
      rows: one text a column.
      bold: (row, column) of what stands out.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bold: frozenset[tuple[int, int]] = frozenset()


@dataclasses.dataclass(frozen=True)
class Section:
    """A part of the page with a heading of its own.

    Attributes:
      title: the heading.
      note: how to read it.
      tiles: numbers.
      legend: names of the colours, by index.
      panels: charts.
      wide: whether they are two in a row.
      table: rows of text.
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
