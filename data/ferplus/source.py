"""The official FER+ layout as lists of images (SPEC 5)."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from data.ferplus.votes import COLUMNS, RULES
from data.listing import SPLITS, Item, Listing, expect
from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError

USAGES = dict(zip(("Training", "PublicTest", "PrivateTest"), SPLITS, strict=True))
FOLDERS = dict(
    zip(SPLITS, ("FER2013Train", "FER2013Valid", "FER2013Test"), strict=True),
)
SIDE = 48
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
      One list of images a split; a split whose folder is absent is noted and left out.

    Raises:
      UserError: the source is not laid out so, or a row cannot be read.
    """
    table = expect(source / "fer2013new.csv", "FER+'s table of votes")
    rows = _read_votes(table)
    kept = EXPRESSIONS[:classes]
    listing = Listing(classes=kept, splits={}, votes=COLUMNS)
    present = [split for split in SPLITS if (source / FOLDERS[split]).is_dir()]
    pixels = _read_pixels(source / "fer2013.csv", rows) if present != list(SPLITS) else None
    for split in SPLITS:
        if split in present or pixels is not None:
            listing.splits[split] = []
        else:
            listing.remarks.append(
                f"split {split} left out: neither {FOLDERS[split]}/ nor fer2013.csv is there"
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
            image = source / file if split in present else _encode(pixels[number], number)
            item = Item(name, file, image, kept.index(label), votes=votes)
            listing.splits[split].append(item)
    for split in present:
        _note_disagreements(listing, source / FOLDERS[split] / "label.csv", rows, split)
    return listing


def _read_votes(table: Path) -> list[tuple[str, str, tuple[int, ...]]]:
    """Split, image name (may be empty) and ten votes of every row."""
    with table.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        if tuple(header) != ("Usage", "Image name", *COLUMNS):
            raise UserError(
                f"{table} line 1: the columns Usage,Image name,{','.join(COLUMNS)} were expected, "
                f"found {','.join(header)}; take the file of Microsoft's FERPlus repository"
            )
        rows = []
        for number, row in enumerate(reader, start=2):
            try:
                usage, name, *votes = row
                counts = tuple(int(vote) for vote in votes)
                if len(counts) != len(COLUMNS) or min(counts) < 0:
                    raise ValueError
                rows.append((USAGES[usage], name.strip(), counts))
            except (ValueError, KeyError):
                raise UserError(
                    f"{table} line {number}: a Usage of {', '.join(USAGES)}, a name and ten counts "
                    f"were expected, found {','.join(row)!r}"
                ) from None
    return rows


def _read_pixels(table: Path, rows: list) -> list[str] | None:
    """The pixel column of `fer2013.csv`, row by row as in `fer2013new.csv`; None if not there."""
    if not table.is_file():
        return None
    with table.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if not {"pixels", "Usage"} <= set(reader.fieldnames or ()):
            raise UserError(f"{table} line 1: the columns emotion,pixels,Usage were expected")
        pixels = []
        for number, (vote_row, row) in enumerate(zip(rows, reader, strict=False), start=2):
            if USAGES.get(row["Usage"]) != vote_row[0]:
                raise UserError(
                    f"{table} line {number}: Usage is {row['Usage']!r} here and that of split "
                    f"{vote_row[0]!r} in fer2013new.csv; both files must have the same rows"
                )
            pixels.append(row["pixels"])
        extra = sum(1 for _ in reader)
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
            f"fer2013.csv line {row + 2}: {SIDE * SIDE} numbers of 0 to 255 were expected"
        ) from None
    return cv2.imencode(".png", values)[1].tobytes()


def _note_disagreements(listing: Listing, table: Path, rows: list, split: str) -> None:
    """Notes names to which the folder's own `label.csv` gives other votes than `fer2013new.csv`."""
    if not table.is_file():
        return
    votes: Mapping[str, Any] = {name: counts for at, name, counts in reversed(rows) if at == split}
    with table.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            try:
                name, _, *counts = row
                differs = name in votes and tuple(map(int, counts)) != votes[name]
            except ValueError:
                raise UserError(
                    f"{table} line {number}: a name, a box and ten counts were expected, "
                    f"found {','.join(row)!r}"
                ) from None
            if differs:
                listing.note("label.csv disagrees (not used)", split, name)
