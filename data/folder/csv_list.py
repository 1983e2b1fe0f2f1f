"""A CSV file `path,label[,split]`, read by its header; an unclear column is an error."""

import os
import posixpath
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lanet_jax.classes import is_blank
from lanet_jax.command_line.words import some
from lanet_jax.errors import UserError
from lanet_jax.images.files import is_image, is_unread

from ..split_names import SPLITS, resembles, split_of
from ..tables import read_rows, shown
from .entries import Entry, Found

COLUMNS = ("path", "label", "split")
EXPECTED = "the columns path,label or path,label,split were expected"
SPEAK = ("partition", "phase", "set", "subset", "usage")  # of splits, as `split` does
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def read(table: Path) -> Found:
    """Reads the images that a CSV file lists.

    Args:
      table: the file; paths in it are relative to its folder.

    Returns:
      Its images, and notes on what is odd about it.

    Raises:
      UserError: the file is empty, a column is missing or unclear, or a row cannot be read.
    """
    lines = [(number, row) for number, row in read_rows(table) if any(map(str.strip, row))]
    if lines and ",".join(lines[0][1]).strip().lower() == "sep=,":  # Excel's own first line
        del lines[0]
    if not lines:
        raise UserError(f"{table} is empty: {EXPECTED}")
    header = _header(table, *lines[0])
    rows = [_cells(table, number, row, header) for number, row in lines[1:]]
    if not rows:
        raise UserError(f"{table} has no row below its header {shown(lines[0][1])}")
    found = Found([], shape=f"the columns {','.join(header)}")
    found.remarks.extend(_other_columns(table, header, [cells for _, cells in rows]))
    unsaid = 0
    for number, cells in rows:
        path, label = cells["path"], cells["label"].strip()
        split = split_of(cells.get("split", "train")) if cells.get("split", "train") else "train"
        unsaid += not cells.get("split", "train")
        if not path.strip() or is_blank(label) or split is None:
            raise UserError(
                f"{table} line {number}: a path, a label and, if there is that column, a split of "
                f"{', '.join(SPLITS)} were expected under {','.join(header)}, found "
                f"{shown(cells.values())}"
            )
        found.entries.append(Entry(split, label, _path(table.parent, path)))
    if unsaid:
        found.remarks.append(f"{unsaid} rows without a split count as train")
    return found


def _header(table: Path, number: int, row: Sequence[str]) -> list[str]:
    header, line = [_folded(cell) for cell in row], ",".join(row)
    where = f"{table} line {number}"
    for separator, name in SEPARATORS.items():
        if separator in line and (len(header) == 1 or line.lower().startswith("sep=")):
            raise UserError(
                f"{where}: the columns are separated by {name}, found {shown(row)}; save the file "
                f"with commas ({EXPECTED})"
            )
    if any(is_image(cell.strip()) or is_unread(cell.strip()) for cell in row):
        raise UserError(
            f"{where}: there is no header, {shown(row)} is already a row; write path,label or "
            "path,label,split above it"
        )
    missing = [name for name in ("path", "label") if name not in header]
    if missing:
        raise UserError(
            f"{where}: {EXPECTED}, found {shown(row)}; {' and '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} not there"
        )
    twice = [name for name in COLUMNS if header.count(name) > 1]
    if twice:
        raise UserError(f"{where}: the column {twice[0]} occurs twice in {shown(row)}; keep one")
    return header


def _cells(
    table: Path, number: int, row: Sequence[str], header: Sequence[str]
) -> tuple[int, dict[str, str]]:
    if any(cell.strip() for cell in row[len(header) :]):
        raise UserError(
            f"{table} line {number}: {len(row)} cells below the {len(header)} columns "
            f"{','.join(header)}, found {shown(row)}; put a path with a comma in quotes"
        )
    cells = dict(zip(header, row, strict=False))
    found = {name: cells.get(name, "") for name in header if name in COLUMNS}
    found |= {name: cells.get(name, "") for name in header if name not in COLUMNS}
    return number, found | ({"split": found["split"].strip()} if "split" in found else {})


def _other_columns(
    table: Path, header: Sequence[str], rows: Sequence[Mapping[str, str]]
) -> Iterator[str]:
    """Refuses a column that holds splits under another name, and reports the other columns."""
    others = [name for name in header if name not in COLUMNS]
    for name in others if "split" not in header else ():
        values = {row[name].strip() for row in rows} - {""}
        splits = {value for value in values if split_of(value)}
        if len(values) > 1 and all(split_of(value) or resembles(value) for value in values):
            splits = values
        if len(splits) > 1 or (splits and splits == values):
            raise UserError(
                f"{table}: the column {name!r} holds splits ({some(sorted(splits))}) and no column "
                f"is called split, found {','.join(header)}; call it split, or remove it"
            )
        if (split_of(name) or resembles(name) or name in SPEAK) and len(values) <= len(SPLITS):
            raise UserError(
                f"{table}: the column {name!r} looks like a split and no column is called split, "
                f"found {','.join(header)}; write {', '.join(SPLITS)} into a column split, or "
                "remove it"
            )
    if others:
        yield f"columns not read: {', '.join(name or '(no name)' for name in others)}"


def _path(root: Path, written: str) -> str:
    """The path as the file system spells it, with / between its parts."""
    ways = [written, written.strip()]
    ways += [way.replace("\\", "/") for way in ways]
    ways += [unicodedata.normalize(form, ways[-1]) for form in ("NFC", "NFD")]
    way = next((way for way in ways if os.path.lexists(root / way)), ways[3])
    name, above = posixpath.normpath(way), os.path.abspath(root)
    # A file has one name, however it is written, so that it is not taken for two.
    inside = posixpath.isabs(name) and os.path.commonpath([above, name]) == above
    return posixpath.relpath(name, above) if inside else name


def _folded(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().casefold()
