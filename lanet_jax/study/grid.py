"""Declares a study: its axes, the runs that combine them, the paper's numbers."""

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

from lanet_jax.errors import UserError


@dataclasses.dataclass(frozen=True)
class Level:
    """One value of an axis.

    Attributes:
      key: its name in folders and patterns; levels with the same key are the same run.
      labels: its texts in the table, one for each title of the axis.
      overrides: fields of the config, as on the command line: "noise.rate=0.1".
      config: config file and presets, for the level that chooses them: "configs/ferplus.py:cpu".
      splits: for a column whose run is evaluated on several splits, the name and title of each.
      quoted: whether only the paper ran it, so that the table prints only the paper's number.
    """

    key: str
    labels: tuple[str, ...]
    overrides: tuple[str, ...] = ()
    config: str = ""
    splits: tuple[tuple[str, str], ...] = ()
    quoted: bool = False


@dataclasses.dataclass(frozen=True)
class Axis:
    """One thing that varies in a study.

    Attributes:
      titles: titles of the table columns that hold its labels.
      levels: values that it takes, in the order of the table.
    """

    titles: tuple[str, ...]
    levels: tuple[Level, ...]


@dataclasses.dataclass(frozen=True)
class Study:
    """A grid: every level of every row axis, in every column, with every seed.

    Attributes:
      title: the table's caption.
      rows: axes whose combinations are the table's rows, the outermost first.
      columns: axis of the table's columns.
      seeds: seeds of parameters, order, augmentation and wrong labels and, with data.limit, of the
        images.
      overrides: fields of every run.
      published: the paper's numbers by row and column, "30/lanet/rafdb"; see `quote`.
      source: title of the column with these numbers.
      grouped: whether rows with the same first label form a group, as in Table 1.
      notes: remarks for readers of the table.
    """

    title: str
    rows: tuple[Axis, ...]
    columns: Axis
    seeds: tuple[int, ...]
    overrides: tuple[str, ...] = ()
    published: Mapping[str, str] = dataclasses.field(default_factory=dict)
    source: str = "paper"
    grouped: bool = False
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Cell:
    """One run of a study.

    Attributes:
      experiment: its row and column, "30/lanet/ferplus".
      seed: seed of the run.
      config: config file and presets.
      overrides: config fields, in the order of the command line.
      given: names of those that came from the command line of the study.
      splits: test splits that its column shows, empty for its only one; None for any.
    """

    experiment: str
    seed: int
    config: str
    overrides: tuple[str, ...]
    given: frozenset[str] = frozenset()
    splits: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """Its folder within the study's folder."""
        return f"{self.experiment}/seed{self.seed}"

    @property
    def config_flags(self) -> list[str]:
        """The arguments that describe its config."""
        return [f"--config={self.config}", *(f"--config.{field}" for field in self.overrides)]

    def arguments(self, folder: Path) -> list[str]:
        """The arguments of `python -m lanet_jax.main` for this run.

        Args:
          folder: folder of the study, below which the run gets its own.

        Returns:
          The arguments.
        """
        return [*self.config_flags, f"--workdir={folder / self.name}"]


def rows(study: Study) -> list[tuple[Level, ...]]:
    """The rows of the table, each as its levels."""
    return list(itertools.product(*(axis.levels for axis in study.rows)))


def key(levels: Iterable[Level]) -> str:
    """Joins the keys of levels, as in a cell's name."""
    return "/".join(level.key for level in levels)


def cells(study: Study, extra: Iterable[str] = ()) -> tuple[Cell, ...]:
    """Lists the runs of a study.

    All runs of one seed come before the next seed, so that an interrupted study has full rows.

    Args:
      study: declaration of axes and seeds.
      extra: overrides of every run from elsewhere, such as "data.dir=prepared".

    Returns:
      The runs, each once.

    Raises:
      UserError: the levels of a run choose no config or several, two different runs have the same
        key, or a level or seed would override a field of `extra`.
    """
    extra = tuple(extra)
    given = names(extra)
    found: dict[str, Cell] = {}
    for seed, row, column in itertools.product(study.seeds, rows(study), study.columns.levels):
        levels = (*row, column)
        if any(level.quoted for level in levels):
            continue
        configs = [level.config for level in levels if level.config]
        if len(configs) != 1:
            raise UserError(f"{key(levels)}: its levels name {len(configs)} configs; name one")
        # What a row varies counts, whatever the column's recipe says of it.
        own = [field for level in (column, *row) for field in level.overrides]
        own += [f"seed={seed}", f"noise.seed={seed}"]
        for field in sorted(names(own) & given):
            raise UserError(
                f"--config.{field}: the study itself sets it, in {key(levels)}: leave it out, or "
                "copy the study's file and change it there"
            )
        fields = (*study.overrides, *extra, *own)
        shown = tuple(split for split, _ in column.splits)
        cell = Cell(key(levels), seed, configs[0], fields, given, shown)
        if found.setdefault(cell.name, cell) != cell:
            raise UserError(f"{cell.name}: two levels with this key differ; give each its own key")
    return tuple(found.values())


def quote(columns: str, numbers: Mapping[str, str]) -> dict[str, str]:
    """Arranges the paper's numbers by row and column.

    Args:
      columns: keys of the columns, separated by spaces; "KEY/SPLIT" for one of several splits.
      numbers: for each row's key the numbers of the columns, separated by spaces; - for none.

    Returns:
      The numbers.

    Raises:
      UserError: a row does not have one number for each column.
    """
    published = {}
    for row, line in numbers.items():
        texts = line.split()
        if len(texts) != len(columns.split()):
            raise UserError(f"published {row}: {len(texts)} numbers for columns {columns}")
        for column, text in zip(columns.split(), texts, strict=True):
            if text != "-":
                published[f"{row}/{column}"] = text
    return published


def names(overrides: Iterable[str]) -> frozenset[str]:
    """The fields that overrides, "FIELD=VALUE", set."""
    return frozenset(override.partition("=")[0] for override in overrides)
