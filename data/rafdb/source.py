"""The official RAF-DB layout (basic expressions) as lists of images."""

import dataclasses
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float
from tqdm import tqdm

from lanet_jax.classes import EXPRESSIONS, RAFDB_ORDER
from lanet_jax.errors import UserError
from lanet_jax.images.pixels import BrokenImageError, decode

from ..listing import Item, Listing, expect, note_unlisted
from ..tables import read_lines, shown
from .registration import move_points

CLASSES = EXPRESSIONS[:7]
PARTITION = Path("EmoLabel", "list_patition_label.txt")  # so spelt by its authors
AUTO_POINTS, AUTO_SCHEME = 37, "rafdb37"
# With these options the same images are listed, without the search for each in its photo.
QUICKLY = {"annotation": "none"}
LINE = re.compile(r"((train|test)_[^\s/\\]*\.[^\s/\\.]*)\s+([1-7])")


def config_name(annotation: str = "none") -> str:
    """RAF-DB has one variant."""
    del annotation
    return ""


def list_source(source: Path, annotation: str = "none") -> Listing:
    """Lists the aligned images of `EmoLabel/list_patition_label.txt`.

    Args:
      source: the folder `basic` with `EmoLabel/` and `Image/aligned/`.
      annotation: `none`, or `auto` for the 37 points of `Annotation/auto/`. They refer to
        the original images, so `Image/original/` is needed, too.

    Returns:
      The images of the splits train and test.

    Raises:
      UserError: the source has another layout, or a line cannot be read.
    """
    partition = expect(source / PARTITION, "RAF-DB's list of labels (--source is its folder basic)")
    expect(source / "Image" / "aligned", "the folder of the aligned images (aligned.zip, unpacked)")
    listing = Listing(classes=CLASSES, splits={"train": [], "test": []})
    rows = []
    for number, line in read_lines(partition):
        split, name, label = _read_line(line, f"{partition} line {number}")
        stem, suffix = name.rsplit(".", 1)
        file = f"Image/aligned/{stem}_aligned.{suffix}"
        listing.splits[split].append(Item(name, file, source / file, label))
        rows.append(name)
    listing.rows = rows
    listed = {Path(item.file).name for items in listing.splits.values() for item in items}
    note_unlisted(listing, "", source, "Image/aligned", listed)
    if annotation == "auto":
        _add_points(listing, source)
    return listing


def _read_line(line: str, where: str) -> tuple[str, str, int]:
    found = LINE.fullmatch(line.strip())
    if not found:
        raise UserError(
            f"{where}: a name train_... or test_... and a number from 1 to 7 were expected, "
            f"found {shown([line.strip()])}"
        )
    name, split, number = found.groups()
    return split, name, CLASSES.index(RAFDB_ORDER[int(number) - 1])


def _add_points(listing: Listing, source: Path) -> None:
    """Brings the automatic points of the original images onto the aligned ones."""
    annotations = expect(source / "Annotation" / "auto", "the 37 points (auto.zip, unpacked)")
    originals = expect(source / "Image" / "original", "the original images (original.zip)")
    items = [item for found in listing.splits.values() for item in found]

    def points(item: Item) -> Float[np.ndarray, "L 2"] | None:
        stem = Path(item.name).stem
        return _points(annotations / f"{stem}_auto_attri.txt", originals / item.name, item.image)  # type: ignore[arg-type]  # RAF-DB's are files

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        progress = tqdm(pool.map(points, items), total=len(items), desc="landmarks", unit=" images")
        found = {item.name: xy for item, xy in zip(items, progress, strict=True)}
    for split, items in listing.splits.items():
        listing.splits[split] = [
            dataclasses.replace(item, points=found[item.name]) for item in items
        ]
        for item in items:
            if found[item.name] is None:
                listing.note("Annotation/auto not usable", split, item.name)
    if all(xy is None for xy in found.values()):
        there = sorted(annotations.glob("*_auto_attri.txt"))
        raise UserError(
            f"{there[0] if there else annotations}: {AUTO_POINTS} lines with x and y were "
            "expected, and a photo of that name that shows the aligned face; no image has both"
        )
    listing.scheme = AUTO_SCHEME


def _points(annotation: Path, original: Path, aligned: Path) -> Float[np.ndarray, "L 2"] | None:
    if not (annotation.is_file() and original.is_file() and aligned.is_file()):
        return None
    try:
        numbers = " ".join(line for _, line in read_lines(annotation)).split()
        xy = np.array([float(number) for number in numbers[: 2 * AUTO_POINTS]]).reshape(-1, 2)
    except (ValueError, UserError):
        return None
    if len(xy) != AUTO_POINTS or not np.isfinite(xy).all():
        return None
    try:
        return move_points(xy, decode(original.read_bytes()), decode(aligned.read_bytes()))
    except (BrokenImageError, cv2.error):
        return None  # `look_at_all` reports broken aligned images together.
