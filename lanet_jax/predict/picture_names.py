"""Names of marked pictures and films: unique, and not too long for the disk."""

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
    """Names the marked picture or film of each item.

    Args:
      items: files, in the order in which they are named.
      folder: folder that the paths are below.

    Returns:
      A path for each, unique even if the file system ignores case.
    """
    taken: set[str] = set()
    numbers: Counter[str] = Counter()  # searching from 2 each time would be quadratic
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
    """Makes a path's folders, and shortens its name if it is too long for the disk.

    Args:
      path: the path, below `folder`.
      folder: folder for names that are shortened.

    Returns:
      The path or, if it is too long, a short, unique one in `folder`.

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
