"""What a source was found to hold, before any image is opened."""

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lanet_jax.errors import UserError

from .images import Crop

SPLITS = ("train", "valid", "test")
MISSING = "missing file (left out)"


@dataclasses.dataclass(frozen=True)
class Item:
    """One image of a source.

    Attributes:
      name: what noise files and landmark files call it; unique once `keep_first` has run.
      file: its path below the source, for messages and for landmark files that use paths.
      image: where its pixels are; bytes when the source keeps them in a table.
      label: index into the listing's classes.
      votes: the annotators' votes, where the source has them.
      points: landmarks in pixels of the stored image, where the source has them.
    """

    name: str
    file: str
    image: Path | Crop | bytes
    label: int
    votes: tuple[int, ...] | None = None
    points: Float[np.ndarray, "L 2"] | None = None


@dataclasses.dataclass
class Listing:
    """All images of a source, with what was odd about it.

    Attributes:
      classes: class names in canonical order.
      splits: the images of each split.
      votes: names of the vote columns.
      scheme: name of the order of `Item.points`.
      rows: image names in the order of the source's own list, for landmark files without names.
      notes: what the user should know, by kind: split, and an image, row or file.
      remarks: sentences about the source as a whole.
    """

    classes: tuple[str, ...]
    splits: dict[str, list[Item]]
    votes: tuple[str, ...] = ()
    scheme: str = ""
    rows: Sequence[str] = ()
    notes: dict[str, list[tuple[str, str]]] = dataclasses.field(default_factory=dict)
    remarks: list[str] = dataclasses.field(default_factory=list)

    def note(self, kind: str, split: str, entry: str) -> None:
        """Adds an image, row or file of a split to the notes of a kind."""
        self.notes.setdefault(kind, []).append((split, entry))


def expect(path: Path, what: str) -> Path:
    """Returns the path if something is there.

    Raises:
      UserError: nothing is there; it says what was expected.
    """
    if not path.exists():
        raise UserError(f"{path} is not there: {what} was expected; check --source")
    return path


def keep_first(listing: Listing) -> None:
    """Leaves one item a name in the whole dataset, the first, and notes the others."""
    seen: dict[str, str] = {}
    for split, items in listing.splits.items():
        kept = []
        for item in items:
            if item.name in seen:
                also = f" (first in {seen[item.name]})" if seen[item.name] != split else ""
                listing.note("name stands twice (first used)", split, f"{item.file}{also}")
            else:
                seen[item.name] = split
                kept.append(item)
        listing.splits[split] = kept


def drop_missing(listing: Listing) -> None:
    """Leaves out the items whose image file is not there, and notes them.

    Raises:
      UserError: no image of a split is there.
    """
    for split, items in listing.splits.items():
        kept = []
        for item in items:
            path = item.image.path if isinstance(item.image, Crop) else item.image
            # Not Path.is_file, which raises for a name that is too long.
            if isinstance(path, Path) and not os.path.isfile(path):
                listing.note(MISSING, split, item.file)
            else:
                kept.append(item)
        if items and not kept:
            raise UserError(
                f"none of the {len(items)} images of split {split!r} is there: "
                f"{items[0].file} was expected below --source"
            )
        listing.splits[split] = kept
