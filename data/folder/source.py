"""Any tree of images or CSV file as lists of images."""

import collections
import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.command_line.words import some
from lanet_jax.errors import UserError
from lanet_jax.images.files import is_image

from ..listing import Item, Listing, expect
from ..split_names import SPLITS
from . import class_names, csv_list, tree
from .entries import Entry, Found


def config_name(holdout: float = 0.0, classes: str = "") -> str:
    """A folder has one variant."""
    del holdout, classes
    return ""


def list_source(
    source: Path, holdout: float = 0.0, classes: str = "", alike: bool = True
) -> Listing:
    """Lists the images of a tree `[split/]class/image` or of a CSV file `path,label[,split]`.

    Args:
      source: the tree's root or the CSV file; paths in it are relative to its folder.
      holdout: share of each class that becomes the test split, in [0, 1).
      classes: classes to rename, as `WRITTEN=CLASS,...`.
      alike: whether train must have every class of the other splits, so that they can be predicted.

    Returns:
      The images of each split; known expressions come under their canonical names and in canonical
      order, other classes after them.

    Raises:
      UserError: there is no image, a row cannot be read, the classes of the splits do not fit
        together, or a holdout is asked for although there is a test split or a class would have no
        training image left.
    """
    if not 0 <= holdout < 1:
        raise UserError(f"--holdout {holdout} is not a share: a number from 0 to 1 was expected")
    if source.is_dir():
        root, found = source, tree.read(source)
    elif is_image(source.name):
        raise UserError(f"--source {source} is an image: a folder or a CSV file was expected")
    else:
        root, found = source.parent, csv_list.read(expect(source, "a folder or a CSV file"))
    if holdout and any(entry.split == "test" for entry in found.entries):
        raise UserError(f"{source} already has a test split; leave out --holdout")
    class_of, remarks = class_names.understand(
        (entry.label for entry in found.entries), class_names.parse(classes), str(source)
    )
    _refuse_one_class(source, found, class_of)
    if alike:
        _refuse_other_classes(source, found, class_of)
    entries = _hold_out(found.entries, holdout, class_of) if holdout else found.entries
    listing = Listing(
        classes=tuple(dict.fromkeys(class_of.values())),
        splits={split: [] for split in SPLITS if any(split == entry.split for entry in entries)},
        remarks=[*found.remarks, *remarks],
    )
    for note in found.notes:
        listing.note(*note)
    for entry in entries:
        label = listing.classes.index(class_of[entry.label])
        item = Item(entry.path, entry.path, root / entry.path, label)
        listing.splits[entry.split].append(item)
    return listing


def _refuse_one_class(source: Path, found: Found, class_of: Mapping[str, str]) -> None:
    """Refuses a single class that is not a known expression."""
    names = set(class_of.values())
    if len(names) == 1 and not names & set(EXPRESSIONS):
        advice = ""
        if source.is_dir():
            advice = tree.fit(source, [tuple(entry.path.split("/")) for entry in found.entries])
        raise UserError(
            f"{source}: there is one class, {names.pop()!r}, and two are needed; this was found: "
            f"{found.shape}{advice}"
        )


def _refuse_other_classes(source: Path, found: Found, class_of: Mapping[str, str]) -> None:
    """Refuses classes that train lacks."""
    in_split = collections.defaultdict(set)
    for entry in found.entries:
        in_split[entry.split].add(class_of[entry.label])
    for split in SPLITS[1:]:
        extra = sorted(in_split[split] - in_split["train"])
        if extra and in_split["train"]:
            meant = _meant(extra[0], in_split["train"])
            raise UserError(
                f"{source}: {split} has the class {some(extra)}, which train lacks; train has "
                f"{some(sorted(in_split['train']), 20)}: {meant}take its images out"
            )


def _meant(extra: str, train: Collection[str]) -> str:
    """Advice on a class of another split that train may have under another name."""
    near = class_names.nearest(extra, train)
    if not near:  # a class of train may be far from its own expression's name
        near = next((name for name in sorted(train) if class_names.nearest(name) == extra), None)
    if not near:
        return ""
    wrong, right = (extra, near) if near in EXPRESSIONS else (near, extra)
    return f"did you mean {near}? --classes '{wrong}={right}', or "


def _hold_out(entries: Sequence[Entry], share: float, class_of: Mapping[str, str]) -> list[Entry]:
    """Moves a share of each class from train to test; the choice depends on the paths alone."""
    by_class: dict[str, dict[str, Entry]] = collections.defaultdict(dict)
    for entry in entries:
        if entry.split == "train":
            by_class[class_of[entry.label]].setdefault(entry.path, entry)
    most = max(map(len, by_class.values()), default=0)
    if most < 2:
        raise UserError(
            f"--holdout {share}: no class has two images for training; leave it out, or add images"
        )
    held: set[str] = set()
    for name, images in by_class.items():
        paths = sorted(images, key=lambda path: hashlib.sha256(path.encode()).digest())
        part = round(share * len(paths))
        if part == len(paths):
            raise UserError(
                f"--holdout {share} leaves no training image of class {name}, which has "
                f"{len(paths)}; take a smaller share"
            )
        held.update(paths[:part])
    if not held:
        raise UserError(
            f"--holdout {share} takes no image: the largest class has {most} for training; take a "
            "larger share"
        )
    return [
        Entry("test", entry.label, entry.path)
        if entry.split == "train" and entry.path in held
        else entry
        for entry in entries
    ]
