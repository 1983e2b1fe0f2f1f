"""A tree `[split/]class/image`, read by its folders' names; names that do not fit are an error."""

import collections
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from lanet_jax.command_line.words import some
from lanet_jax.errors import CONTROL_CHARACTER, UserError
from lanet_jax.images import files

from ..split_names import KNOWN, resembles, split_of
from . import class_names
from .entries import BESIDE, EMPTY, HIDDEN, LOOP, OTHER, UNREAD, Entry, Found

Parts = tuple[str, ...]  # of an image's path
UNUSABLE = re.compile(f"{CONTROL_CHARACTER.pattern}|[\ud800-\udfff]")  # or not in UTF-8
DEEPEST = 4  # levels searched for a folder that would fit
EXPECTED = "class/image or split/class/image was expected"


def read(root: Path) -> Found:
    """Reads the images of a tree.

    Args:
      root: the folder that holds the split or class folders.

    Returns:
      Its images, and everything that is left out.

    Raises:
      UserError: there is no image, or folders of splits and classes are misplaced; the message
        shows the tree and the folder that would fit, if there is one.
    """
    tree = files.below(root)
    images = [PurePosixPath(name).parts for name in tree.files if files.is_image(name)]
    if not any(len(parts) > 1 for parts in images):
        raise UserError(_without_folders(root, len(images)))
    wrong = misfit(images)
    if wrong:
        raise UserError(
            f"{root}: {wrong}; {EXPECTED}, and this was found: {shape(images)}{fit(root, images)}"
        )
    has_splits = any(split_of(parts[0]) for parts in images if len(parts) > 1)
    found = Found([], shape=shape(images))
    for parts in images:
        name = "/".join(parts)
        if len(parts) < 2 + has_splits:
            found.notes.append((BESIDE, _split(parts, has_splits), name))
            continue
        if UNUSABLE.search(name):
            raise UserError(
                f"{root}: the name {name!r} has a character that lists of names cannot hold; "
                "rename the file"
            )
        found.entries.append(Entry(_split(parts, has_splits), parts[has_splits], name))
    found.notes.extend(_left_out(tree, images, has_splits))
    found.remarks.extend(_remarks(root, images, has_splits))
    return found


def misfit(images: Sequence[Parts]) -> str:
    """What is wrong with a tree of images, in a few words; "" if it can be read."""
    tops = sorted({parts[0] for parts in images if len(parts) > 1})
    splits = [top for top in tops if split_of(top)]
    unclear = next((top for top in tops if resembles(top)), None)
    if unclear:
        return (
            f"{unclear}/ looks like a split, but is not one of the known names ({KNOWN}): rename it"
        )
    if splits and len(splits) < len(tops):
        other = next(top for top in tops if top not in splits)
        return f"holds the split {splits[0]}/ beside {other}/, which is not a split"
    for parts in images:
        own, *below = parts[bool(splits) : -1] or ("",)
        for at, name in enumerate((own, *below)):
            way = "/".join(parts[: bool(splits) + at + 1])
            if split_of(name) or resembles(name):
                return f"{way}/ is a split's folder below the level of splits"
            if at and class_names.known(name) not in (None, class_names.known(own)):
                return f"{way}/ is a class's folder below {own}/, which would be taken as the class"
    return ""


def shape(images: Sequence[Parts], levels: int = 3, shown: int = 4) -> str:
    """A tree as `train/{anger 5, fear 2}, test/{anger 1}`: folders and numbers of images."""
    below = collections.defaultdict(list)
    for parts in images:
        below[parts[0] if len(parts) > 1 else ""].append(parts[1:])
    entries = []
    for name, inner in sorted(below.items(), key=lambda item: (not item[0], item[0])):
        if not name:
            entries.append(f"{len(inner)} beside" if len(below) > 1 else str(len(inner)))
        elif levels > 1 and any(len(parts) > 1 for parts in inner):
            entries.append(f"{name}/{{{shape(inner, levels - 1, shown)}}}")
        else:
            entries.append(f"{name} {len(inner)}")
    return some(entries, shown)


def _without_folders(root: Path, loose: int) -> str:
    if not loose:
        return f"{root} holds no image: {EXPECTED}"
    return (
        f"{root} holds no image in a class folder: {EXPECTED}, and its {loose} images lie in it "
        f"directly; is {root.absolute().parent} meant?"
    )


def fit(root: Path, images: Sequence[Parts]) -> str:
    """The folder below the root that could be read, as advice."""
    for count in range(1, DEEPEST + 1):
        inner = collections.defaultdict(list)
        for parts in images:
            if len(parts) > count and not any(split_of(name) for name in parts[:count]):
                inner[parts[:count]].append(parts[count:])
        fitting = [folder for folder, inside in inner.items() if _classes(inside) > 1]
        # If two fit, either would leave out the other's images.
        if len(fitting) == 1:
            return f"; the folder {root.joinpath(*fitting[0])} would fit"
    return "; or give a CSV file with path,label,split"


def _classes(images: Sequence[Parts]) -> int:
    """How many classes a tree has; 0 if it cannot be read."""
    has_splits = any(split_of(parts[0]) for parts in images if len(parts) > 1)
    names = {parts[has_splits] for parts in images if len(parts) >= 2 + has_splits}
    return 0 if misfit(images) else len(names)


def _split(parts: Parts, has_splits: bool) -> str:
    if not has_splits:
        return "train"
    return (split_of(parts[0]) or "") if len(parts) > 1 else ""


def _left_out(
    tree: files.Tree, images: Sequence[Parts], has_splits: bool
) -> Iterator[tuple[str, str, str]]:
    for kind, names in (
        (UNREAD, [name for name in tree.files if files.is_unread(name)]),
        (OTHER, [n for n in tree.files if not (files.is_image(n) or files.is_unread(n))]),
        (HIDDEN, tree.hidden),
        (LOOP, tree.loops),
    ):
        yield from ((kind, _split(PurePosixPath(n).parts, has_splits), n) for n in names)
    full = {parts[:depth] for parts in images for depth in range(len(parts))}
    for name in tree.folders:
        parts = PurePosixPath(name).parts
        if parts not in full and parts[:-1] in full:  # the uppermost one is enough
            yield EMPTY, _split((*parts, ""), has_splits), f"{name}/"


def _remarks(root: Path, images: Sequence[Parts], has_splits: bool) -> Iterator[str]:
    inside = [parts[has_splits:] for parts in images if len(parts) > 1 + has_splits]
    deep = [parts for parts in inside if len(parts) > 2]
    if deep and len(deep) == len(inside):
        classes, below = (some(sorted({f"{parts[at]}/" for parts in deep})) for at in (0, 1))
        yield f"all images lie a level deeper: {classes} are taken as the classes, not {below}"
    elif deep:
        name = "/".join(deep[0])
        yield f"{len(deep)} images lie deeper and count to their class folder, such as {name}"
    full = {split_of(parts[0]) for parts in images if len(parts) > 2}
    bare = {
        f"{parts[0]}/" for parts in images if len(parts) == 2 and split_of(parts[0]) not in full
    }
    if has_splits and bare:
        yield f"{some(sorted(bare))} is left out: no class folder in it holds an image"
    same = collections.defaultdict(set)
    for parts in images if has_splits else ():
        if len(parts) > 1:
            same[split_of(parts[0])].add(f"{parts[0]}/")
    for split, folders in same.items():
        if len(folders) > 1:
            yield f"{' and '.join(sorted(folders))} are taken together as {split}"
    whole = root.absolute()
    if not has_splits and split_of(whole.name):
        beside = [
            path.name
            for path in sorted(whole.parent.iterdir())
            if path.is_dir() and split_of(path.name) not in (None, split_of(whole.name))
        ]
        if beside:
            yield (
                f"{some(beside)} beside {whole.name} is not read; the folder {whole.parent} "
                "holds all of them"
            )
