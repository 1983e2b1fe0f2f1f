"""What a prepared dataset was made from, in a file beside it, and whether a command asks for it."""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.files.digest import sha256

from .listing import Listing

FILE = "made_from.json"
_ADVICE = "add --overwrite to prepare the dataset again"


@dataclasses.dataclass(frozen=True)
class MadeFrom:
    """The user's files and options behind a prepared dataset.

    Attributes:
      options: the dataset's own options, by name.
      source: absolute path of the source; "" for a dataset that is generated.
      images: number of images that the source listed.
      listing: SHA-256 of their names, splits and classes.
      landmarks: absolute path of the landmark file; "" for none.
      points: SHA-256 of the landmark file.
    """

    options: Mapping[str, Any]
    source: str = ""
    images: int = 0
    listing: str = ""
    landmarks: str = ""
    points: str = ""


def files(
    source: Path, listing: Listing, landmarks: Path | None, options: Mapping[str, Any]
) -> MadeFrom:
    """Describes what a dataset is made from.

    Args:
      source: folder or file of the source.
      listing: what the source's reader returned, before anything was left out.
      landmarks: a landmark file, or None.
      options: the dataset's own options, by name.
    """
    return MadeFrom(
        options,
        str(source.resolve()),
        *_listed(listing),
        str(landmarks.resolve()) if landmarks else "",
        sha256(landmarks) if landmarks else "",
    )


def write(folder: Path, made: MadeFrom) -> None:
    """Writes it into a prepared folder."""
    text = json.dumps(dataclasses.asdict(made), indent=2)
    (folder / FILE).write_text(f"{text}\n", encoding="utf-8")


def read(folder: Path) -> MadeFrom | None:
    """Reads it from a prepared folder.

    Returns:
      It; None for a dataset that was prepared before this was noted.

    Raises:
      UserError: the file is damaged.
    """
    path = folder / FILE
    if not path.exists():
        return None
    found = json_files.read(path, _ADVICE)
    fields: dict[str, Any] = {
        field.name: found.get(field.name) for field in dataclasses.fields(MadeFrom)
    }
    kinds = {name: type(value) for name, value in fields.items()}
    if kinds != dict.fromkeys(kinds, str) | {"options": dict, "images": int}:
        raise UserError(f"{path} is not what `lanet prepare` wrote; {_ADVICE}")
    return MadeFrom(**fields)


def other_options(options: Mapping[str, Any], then: MadeFrom) -> list[str]:
    """The options that differ from those of a prepared dataset, each in words."""
    return [
        f"--{name} is {value!r} and was {then.options[name]!r}"
        for name, value in options.items()
        if then.options.get(name, value) != value
    ]


def other_files(
    source: Path, listed: Callable[[], Listing], landmarks: Path | None, then: MadeFrom
) -> list[str]:
    """The files that differ from those of a prepared dataset, each in words.

    Names and content count, not paths: files may be moved. What is not there any more is taken for
    the same if its path is.

    Args:
      source: folder or file of the source.
      listed: lists the source; called only if it is there.
      landmarks: a landmark file, or None.
      then: what the dataset was made from.

    Returns:
      A sentence on the source and one on the landmark file, if they differ.

    Raises:
      UserError: the source cannot be listed.
    """
    found = []
    if _is_there(source, "--source", then.source):
        now = _listed(listed())
        if now[0] != then.images:
            found.append(
                f"--source {source} lists {now[0]:,} images, and it was made from "
                f"{then.images:,} of {then.source}"
            )
        elif now[1] != then.listing:
            found.append(
                f"--source {source} lists other names or classes than {then.source} did before"
            )
    if not landmarks or not then.landmarks:
        if landmarks or then.landmarks:
            found.append(
                f"--landmarks is {landmarks or 'not given'} and was {then.landmarks or 'not given'}"
            )
    elif _is_there(landmarks, "--landmarks", then.landmarks) and sha256(landmarks) != then.points:
        found.append(f"--landmarks {landmarks} is another file than {then.landmarks} was")
    return found


def _is_there(path: Path, flag: str, before: str) -> bool:
    if not path.exists() and str(path.resolve()) != before:
        raise UserError(f"{flag} {path}: nothing is there")
    return path.exists()


def _listed(listing: Listing) -> tuple[int, str]:
    rows = sorted(
        (split, item.name, listing.classes[item.label])
        for split, items in listing.splits.items()
        for item in items
    )
    return len(rows), hashlib.sha256(json.dumps(rows).encode()).hexdigest()
