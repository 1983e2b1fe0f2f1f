"""What a tree or a table was found to hold, before its classes are understood."""

import dataclasses
from collections.abc import Iterable

HIDDEN = "hidden (left out)"
OTHER = "no image by its name (left out)"
UNREAD = "image of a format not read (left out)"
BESIDE = "image beside the class folders (left out)"
EMPTY = "folder without an image"
LOOP = "link to a folder around it (left out)"


@dataclasses.dataclass(frozen=True)
class Entry:
    """One image.

    Attributes:
      split: a name of `data.split_names.SPLITS`.
      label: its class as written.
      path: below the source's root, with / between its parts.
    """

    split: str
    label: str
    path: str


@dataclasses.dataclass
class Found:
    """The images of a source, and what else is there.

    Attributes:
      entries: its images.
      notes: kind, split ("" for none) and name of all that is left out or odd.
      remarks: sentences about the source as a whole.
      shape: the source as it was read, for errors.
    """

    entries: list[Entry]
    notes: list[tuple[str, str, str]] = dataclasses.field(default_factory=list)
    remarks: list[str] = dataclasses.field(default_factory=list)
    shape: str = ""


def some(names: Iterable[str], shown: int = 4) -> str:
    """The first of several names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
