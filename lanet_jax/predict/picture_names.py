"""Names of marked pictures and films: one for each item, none twice, none too long for the disk."""

import errno
import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from lanet_jax.predict.film import SUFFIX
from lanet_jax.predict.given import Item

_PICTURE = ".jpg"
_KEPT = 60  # bytes of a name that is shortened


def named(items: Iterable[Item], folder: Path) -> dict[Item, Path]:
    """The file of each item's marked picture or film.

    Args:
      items: files, in the order in which they take their names.
      folder: what they are written into.

    Returns:
      A path for each, which no other one has, on a disk that tells no capitals, either.
    """
    taken: set[str] = set()
    numbers: Counter[str] = Counter()  # a search from 2 on each time would be quadratic
    names = {}
    for item in items:
        suffix = SUFFIX if item.is_video else _PICTURE
        below = item.path.relative_to(item.root or item.path.parent)
        stem = os.path.splitext(below)[0]
        name, wanted = stem + suffix, (stem + suffix).casefold()
        while name.casefold() in taken:
            numbers[wanted] += 1
            name = f"{stem}-{numbers[wanted] + 1}{suffix}"
        taken.add(name.casefold())
        names[item] = folder / name
    return names


def fitting(path: Path, folder: Path) -> Path:
    """A path that the disk takes, with its folders made.

    Args:
      path: below `folder`.
      folder: what all are written into.

    Returns:
      The path; or, where that is too long, a short one in `folder` that no other path gets.

    Raises:
      OSError: a folder cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.lstat()
    except FileNotFoundError:
        pass
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        name = os.fsencode(path.relative_to(folder))
        start = os.fsencode(path.stem)[:_KEPT].decode(errors="ignore")
        path = folder / f"{start}-{hashlib.sha256(name).hexdigest()[:12]}{path.suffix}"
        folder.mkdir(parents=True, exist_ok=True)
    return path
