"""Contents of a source, before any image is opened."""

import dataclasses
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from lanet_jax.classes import EXPRESSIONS, is_in_order
from lanet_jax.errors import CONTROL_CHARACTER, UserError
from lanet_jax.images.files import is_hidden, is_image

from .images import Crop, Face

MISSING = "missing file (left out)"
REPEATED = "name occurs twice with one label (first used)"
UNLISTED = "image without a row (left out)"
CONFLICT = "name occurs twice with two labels (first used)"


@dataclasses.dataclass(frozen=True)
class Item:
    """One image of a source.

    Attributes:
      name: its name in noise files and landmark files; unique once `keep_first` has run.
      file: its path below the source, for messages and for landmark files that use paths.
      image: its file or a part of one, or the encoded image if the source holds pixels in a table.
      label: index into the listing's classes.
      votes: the annotator votes, where the source has them.
      points: landmarks in pixels of the stored image, where the source has them.
    """

    name: str
    file: str
    image: Path | Crop | Face | bytes
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
      notes: (split, image, row or file) that the user should know about, by kind.
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
        """Adds an image, row or file of a split ("" for none) to the notes of a kind."""
        readable = entry.encode("utf-8", "replace").decode()
        readable = CONTROL_CHARACTER.sub(lambda found: repr(found[0])[1:-1], readable)
        self.notes.setdefault(kind, []).append((split, readable))


def expect(path: Path, what: str) -> Path:
    """Returns the path if something is there.

    Raises:
      UserError: nothing is there; it says what was expected.
    """
    if not path.exists():
        raise UserError(f"{path} is not there: {what} was expected; check the source")
    return path


def note_unlisted(
    listing: Listing, split: str, source: Path, folder: str, listed: Collection[str]
) -> None:
    """Notes the images of a folder that the source's list does not name.

    Args:
      listing: gets the notes.
      split: their split; "" where the list alone would say it.
      source: the source's root.
      folder: path of the folder, relative to `source`.
      listed: names of the files in it that the list names.
    """
    for name in sorted(set(image_names(source / folder)) - set(listed)):
        listing.note(UNLISTED, split, f"{folder}/{name}")


def image_names(folder: Path) -> Iterator[str]:
    """Names of the images in a folder, the hidden ones left out."""
    names = (path.name for path in folder.iterdir())
    return (name for name in names if is_image(name) and not is_hidden(name))


def check_classes(listing: Listing) -> None:
    """Refuses a reader's classes that are expressions in another order than the canonical one.

    Raises:
      UserError: they are: labels of such a dataset would mean other classes than those of others.
    """
    if not is_in_order(listing.classes):
        expected = [name for name in EXPRESSIONS if name in listing.classes]
        raise UserError(
            f"the reader of this dataset lists the classes {', '.join(listing.classes)}: "
            f"expressions must come in the order of lanet_jax.classes.EXPRESSIONS "
            f"({', '.join(expected)}); correct Listing.classes, and the labels with it"
        )


def keep_first(listing: Listing) -> None:
    """Keeps the first item of each name in the whole dataset, and notes the others."""
    seen: dict[str, tuple[str, Item]] = {}
    for split, items in listing.splits.items():
        kept = []
        for item in items:
            at, first = seen.setdefault(item.name, (split, item))
            if first is item:
                kept.append(item)
                continue
            labels = [listing.classes[one.label] for one in (first, item)]
            where = f" in {at}" if at != split else ""
            if labels[0] == labels[1]:
                also = f" (first{where})" if where else ""
                listing.note(REPEATED, split, f"{item.file}{also}")
            else:
                listing.note(
                    CONFLICT, split, f"{item.file} is {labels[0]}{where} and {labels[1]} here"
                )
        listing.splits[split] = kept


def drop_missing(listing: Listing) -> None:
    """Leaves out items whose image file does not exist, and notes them.

    Raises:
      UserError: no image of a split exists.
    """
    for split, items in listing.splits.items():
        kept, expected = [], []
        for item in items:
            path = item.image.path if isinstance(item.image, Crop) else item.image
            # Not Path.is_file, which raises for a name that is too long.
            if isinstance(path, Path) and not os.path.isfile(path):
                listing.note(MISSING, split, item.file)
                expected.append(path)
            else:
                kept.append(item)
        if items and not kept:
            raise UserError(
                f"none of the {len(items)} images of split {split!r} is there: "
                f"{items[0].file} was expected as {expected[0]}; check the source"
            )
        listing.splits[split] = kept


def drop_empty_splits(listing: Listing) -> None:
    """Leaves out splits without an image, with a remark.

    Raises:
      UserError: no split has an image.
    """
    full = {split: items for split, items in listing.splits.items() if items}
    listing.remarks.extend(
        f"split {split} left out: no image of it is left"
        for split in listing.splits
        if split not in full
    )
    if not full:
        kinds = ", ".join(f"{len(notes)} {kind}" for kind, notes in listing.notes.items())
        raise UserError(f"no image is left to prepare: {kinds or 'the lists name none'}")
    listing.splits = full


def remark_absent_classes(listing: Listing) -> None:
    """Adds remarks on classes without an image in a split, and on a missing train split."""
    for split, items in listing.splits.items():
        present = {item.label for item in items}
        absent = [name for label, name in enumerate(listing.classes) if label not in present]
        if absent:
            listing.remarks.append(f"{split} has no image of {', '.join(absent)}")
    if "train" not in listing.splits:
        listing.remarks.append("there is no split train: nothing can be trained on this dataset")
