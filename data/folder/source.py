"""Any tree of images or CSV file as lists of images."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import CONTROL_CHARACTER, UserError

from ..listing import SPLITS, Item, Listing, expect
from ..tables import read_rows

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "valid": "valid",
    "val": "valid",
    "validation": "valid",
    "test": "test",
    "testing": "test",
}
CLASS_NAMES = {
    "angry": "anger",
    "disgusted": "disgust",
    "fearful": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
}
UNUSABLE = re.compile(f"{CONTROL_CHARACTER.pattern}|[\ud800-\udfff]")  # or not in UTF-8
Entry = tuple[str, str, str]  # split, class as written, path below the root


def config_name(holdout: float = 0.0) -> str:
    """A folder has one variant."""
    del holdout
    return ""


def list_source(source: Path, holdout: float = 0.0) -> Listing:
    """Lists the images of a tree `[split/]class/image` or of a CSV file `path,label[,split]`.

    Args:
      source: the tree's root or the CSV file; paths in it are relative to its folder.
      holdout: share of each class that becomes the test split, in [0, 1).

    Returns:
      The images of each split; the class names are the canonical ones, in canonical order, if all
      of them are known expressions, else those of the source in alphabetical order.

    Raises:
      UserError: there is no image, a row cannot be read, or a holdout is asked of a source that has
        a test split.
    """
    if not 0 <= holdout < 1:
        raise UserError(f"--holdout {holdout} is no share: a number of 0 to 1 was expected")
    remarks: list[str] = []
    if source.is_dir():
        root, entries = source, list(_read_tree(source, remarks))
    else:
        root, entries = source.parent, list(_read_csv(expect(source, "a folder or a CSV file")))
    if not entries:
        raise UserError(f"{source} holds no image: class/image or split/class/image was expected")
    if holdout:
        if any(split == "test" for split, _, _ in entries):
            raise UserError(f"{source} has a test split of its own; leave --holdout out")
        entries = _hold_out(entries, holdout)
    classes = _classes({label for _, label, _ in entries})
    listing = Listing(
        classes=tuple(dict.fromkeys(classes.values())),
        splits={split: [] for split in SPLITS if any(split == at for at, _, _ in entries)},
        remarks=remarks,
    )
    for split, label, path in entries:
        number = listing.classes.index(classes[label])
        listing.splits[split].append(Item(path, path, root / path, number))
    return listing


def _read_tree(root: Path, remarks: list[str]) -> Iterable[Entry]:
    folders = _folders(root)
    splits = [folder for folder in folders if folder.name.lower() in SPLIT_NAMES]
    if splits and len(splits) < len(folders):
        other = next(folder.name for folder in folders if folder not in splits)
        raise UserError(
            f"{root} holds the split {splits[0].name}/ beside {other}/, which is none: either "
            "split/class/image or class/image was expected"
        )
    parents = {folder: SPLIT_NAMES[folder.name.lower()] for folder in splits} or {root: "train"}
    others = 0
    for parent, split in parents.items():
        for folder in _folders(parent):
            for file in sorted(folder.rglob("*")):
                if file.suffix.lower() in SUFFIXES:
                    name = file.relative_to(root).as_posix()
                    if UNUSABLE.search(name):
                        raise UserError(
                            f"{root}: the name {name!r} has a character that no list of names can "
                            "hold; rename the file"
                        )
                    yield split, folder.name, name
                elif file.is_file() and not file.name.startswith("."):
                    others += 1
    if others:
        remarks.append(f"{others} files left out whose names are not those of images")


def _folders(parent: Path) -> list[Path]:
    return sorted(
        path for path in parent.iterdir() if path.is_dir() and not path.name.startswith((".", "__"))
    )


def _read_csv(table: Path) -> Iterable[Entry]:
    lines = ((number, row) for number, row in read_rows(table) if row)
    _, header = next(lines, (1, []))
    if not {"path", "label"} <= set(header) or len(set(header)) < len(header):
        raise UserError(f"{table} line 1: the columns path,label or path,label,split expected")
    for number, row in lines:
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        path, label = cells.get("path"), cells.get("label")
        split = SPLIT_NAMES.get((cells.get("split") or "train").lower())
        if not (path and label and split) or len(row) > len(header):
            raise UserError(
                f"{table} line {number}: a path, a label and, if there is that column, "
                f"a split of {', '.join(SPLITS)} were expected"
            )
        yield split, label, path


def _hold_out(entries: list[Entry], share: float) -> list[Entry]:
    """Moves a share of each class from train to test, the same one whatever else is in the tree."""
    by_class = defaultdict(list)
    for entry in entries:
        if entry[0] == "train":
            by_class[entry[1]].append(entry)
    held: set[Entry] = set()
    for found in by_class.values():
        found.sort(key=lambda entry: hashlib.sha256(entry[2].encode()).digest())
        held.update(found[: round(share * len(found))])
    return [("test", *entry[1:]) if entry in held else entry for entry in entries]


def _classes(written: set[str]) -> dict[str, str]:
    """Class name for each name as written, in the order of the classes."""
    known = {name: CLASS_NAMES.get(name.lower(), name.lower()) for name in written}
    if set(known.values()) <= set(EXPRESSIONS):
        return dict(sorted(known.items(), key=lambda item: EXPRESSIONS.index(item[1])))
    return {name: name for name in sorted(written)}
