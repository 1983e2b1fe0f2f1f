"""The official FER+ layout as lists of images."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError

from ..listing import Item, Listing, expect, image_names, note_unlisted
from ..split_names import SPLITS
from ..tables import read_rows, shown
from .votes import COLUMNS, RULES

USAGES = dict(zip(("Training", "PublicTest", "PrivateTest"), SPLITS, strict=True))
FOLDERS = dict(
    zip(SPLITS, ("FER2013Train", "FER2013Valid", "FER2013Test"), strict=True),
)
SIDE = 48
ANNOTATORS = 10
NO_LABEL = {
    "argmax8": "no emotion vote (left out)",
    "argmax10": "winner unknown or NF (left out)",
    "majority": "no majority (left out)",
}


def config_name(labels: str, classes: int) -> str:
    """Name of the prepared variant: the label rule, and the class count unless it is 8."""
    return labels if classes == 8 else f"{labels}_{classes}classes"


def list_source(source: Path, labels: str = "argmax8", classes: int = 8) -> Listing:
    """Lists the images of `fer2013new.csv` with their votes and labels.

    Args:
      source: the folder with `fer2013new.csv` and `FER2013Train/` ... or `fer2013.csv`.
      labels: the rule that turns votes into a label, a key of `votes.RULES`.
      classes: 8, or 7 to leave out the images labelled contempt.

    Returns:
      A list of images for each split; a split whose folder is absent is noted and left out.

    Raises:
      UserError: the source has another layout, or a row cannot be read.
    """
    table = expect(source / "fer2013new.csv", "FER+'s table of votes")
    rows = _read_votes(table)
    kept = EXPRESSIONS[:classes]
    listing = Listing(classes=kept, splits={}, votes=COLUMNS)
    present = [split for split in SPLITS if _has_images(source / FOLDERS[split])]
    pixels = _read_pixels(source / "fer2013.csv", rows) if present != list(SPLITS) else None
    with_rows = {split for split, _, _ in rows}
    for split in SPLITS:
        folder = FOLDERS[split]
        is_empty = split not in present and (source / folder).is_dir()
        if split in present or pixels is not None:
            listing.splits[split] = []
            if is_empty:
                listing.remarks.append(f"split {split} from fer2013.csv: {folder}/ holds no image")
            if split in present and split not in with_rows:
                listing.remarks.append(f"split {split} has no row in {table.name}")
        elif is_empty:
            listing.remarks.append(
                f"split {split} left out: {folder}/ holds no image and fer2013.csv is not there"
            )
        else:
            listing.remarks.append(
                f"split {split} left out: neither {folder}/ nor fer2013.csv is there"
            )
    if not listing.splits:
        raise UserError(
            f"{source} holds neither {FOLDERS['train']}/ (with the PNG files) nor fer2013.csv "
            "(with the pixels): one of them was expected next to fer2013new.csv"
        )
    for number, (split, name, votes) in enumerate(rows):
        if split not in listing.splits:
            continue
        if not name:
            listing.note("row without a name (left out)", split, f"line {number + 2}")
            continue
        label = RULES[labels](votes)
        if label is None:
            listing.note(NO_LABEL[labels], split, name)
        elif label in kept:
            file = f"{FOLDERS[split]}/{name}"
            image = source / file if split in present else _encode(pixels[number], number)  # type: ignore[index]  # else it is not listed
            item = Item(name, file, image, kept.index(label), votes=votes)
            listing.splits[split].append(item)
    for split in present:
        listed = {name for at, name, _ in rows if at == split}
        note_unlisted(listing, split, source, FOLDERS[split], listed)
        _note_disagreements(listing, source / FOLDERS[split] / "label.csv", rows, split)
    return listing


def _has_images(folder: Path) -> bool:
    return folder.is_dir() and any(image_names(folder))


def _read_votes(table: Path) -> list[tuple[str, str, tuple[int, ...]]]:
    """Split, image name (maybe empty) and ten votes of every row."""
    lines = ((number, row) for number, row in read_rows(table) if row)
    _, header = next(lines, (1, []))
    if _folded(header) != _folded(("Usage", "Image name", *COLUMNS)):
        raise UserError(
            f"{table} line 1: the columns Usage,Image name,{','.join(COLUMNS)} were expected, "
            f"found {shown(header)}; take the file of Microsoft's FERPlus repository"
        )
    rows = []
    for number, row in lines:
        try:
            usage, name, *votes = row
            if "/" in name or "\\" in name:
                raise ValueError
            rows.append((USAGES[usage.strip()], name.strip(), _counts(votes)))
        except (ValueError, KeyError):
            raise UserError(
                f"{table} line {number}: a Usage of {', '.join(USAGES)}, a name and ten counts "
                f"that add up to {ANNOTATORS} at most were expected, found {shown(row)}"
            ) from None
    return rows


def _folded(header: Sequence[str]) -> list[str]:
    return [column.strip().casefold() for column in header]


def _counts(votes: Sequence[str]) -> tuple[int, ...]:
    values = [float(vote) for vote in votes]  # pandas writes 1.0
    if not all(value.is_integer() for value in values):
        raise ValueError
    counts = tuple(map(int, values))
    if len(counts) != len(COLUMNS) or min(counts) < 0 or sum(counts) > ANNOTATORS:
        raise ValueError
    return counts


def _read_pixels(table: Path, rows: list) -> list[str] | None:
    """Pixel column of `fer2013.csv`, in the order of `fer2013new.csv`; None without that file."""
    if not table.is_file():
        return None
    lines = ((number, row) for number, row in read_rows(table) if row)
    _, header = next(lines, (1, []))
    columns = _folded(header)
    if columns.count("pixels") != 1 or columns.count("usage") != 1:
        raise UserError(
            f"{table} line 1: the columns emotion,pixels,Usage were expected, found {shown(header)}"
        )
    at_pixels, at_usage = columns.index("pixels"), columns.index("usage")
    pixels = []
    for vote_row, (number, row) in zip(rows, lines, strict=False):
        if len(row) != len(header):
            raise UserError(
                f"{table} line {number}: {','.join(header)} were expected, found {shown(row)}"
            )
        if USAGES.get(row[at_usage].strip()) != vote_row[0]:
            raise UserError(
                f"{table} line {number}: Usage is {row[at_usage]!r} here and that of split "
                f"{vote_row[0]!r} in fer2013new.csv; both files must have the same rows"
            )
        pixels.append(row[at_pixels])
    extra = sum(1 for _ in lines)
    if len(pixels) + extra != len(rows):
        raise UserError(
            f"{table} has {len(pixels) + extra} rows and fer2013new.csv {len(rows)}: "
            "both files must have the same rows"
        )
    return pixels


def _encode(pixels: str, row: int) -> bytes:
    try:
        values = np.array([int(value) for value in pixels.split()], np.uint8).reshape(SIDE, SIDE)
    except (ValueError, OverflowError):
        raise UserError(
            f"fer2013.csv line {row + 2}: {SIDE * SIDE} numbers from 0 to 255 were expected"
        ) from None
    return cv2.imencode(".png", values)[1].tobytes()


def _note_disagreements(listing: Listing, table: Path, rows: list, split: str) -> None:
    """Notes images whose votes in the folder's `label.csv` differ from `fer2013new.csv`."""
    if not table.is_file():
        return
    votes: Mapping[str, Any] = {name: counts for at, name, counts in reversed(rows) if at == split}
    for number, row in read_rows(table):
        try:
            name, _, *counts = row
            differs = name in votes and tuple(map(int, counts)) != votes[name]
        except ValueError:
            raise UserError(
                f"{table} line {number}: a name, a box and ten counts were expected, "
                f"found {shown(row)}"
            ) from None
        if differs:
            listing.note("label.csv disagrees (not used)", split, name)
