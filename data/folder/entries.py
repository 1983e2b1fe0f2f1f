"""Contents of a tree or table, before its class names are interpreted."""

import dataclasses

HIDDEN = "hidden (left out)"
OTHER = "not an image by its name (left out)"
UNREAD = "image of an unsupported format (left out)"
BESIDE = "image beside the class folders (left out)"
EMPTY = "folder without an image"
LOOP = "link to a folder around it (left out)"


@dataclasses.dataclass(frozen=True)
class Entry:
    """One image.

    Attributes:
      split: a name of `data.split_names.SPLITS`.
      label: its class as written.
      path: path below the source's root, with / between its parts.
    """

    split: str
    label: str
    path: str


@dataclasses.dataclass
class Found:
    """The images of a source, and what else it holds.

    Attributes:
      entries: path, label and split of each image.
      notes: kind, split ("" for none) and name of everything left out or odd.
      remarks: sentences about the source as a whole.
      shape: short description of the source's layout, for errors.
    """

    entries: list[Entry]
    notes: list[tuple[str, str, str]] = dataclasses.field(default_factory=list)
    remarks: list[str] = dataclasses.field(default_factory=list)
    shape: str = ""
