"""Turns what a user gives (paths, folders, arrays, lists of them) into items."""

import dataclasses
import errno
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import numpy as np
import PIL.Image
from jaxtyping import UInt8

from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded
from lanet_jax.images import files
from lanet_jax.predict import arrays, containers

# Formats that cannot be read are listed too, so that the table reports them.
IMAGES = (*files.READ, *files.UNREAD)
_READ = "images, videos and folders of them are read"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")

Source = str | os.PathLike | np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Item:
    """One file or array.

    Attributes:
      file: its name in the table: the path, or "array".
      content: the path, or the pixels; a `UserError` if it can be neither.
      root: the given folder in which it was found; None if it was given itself.
      is_video: whether it is a video file.
      is_rgb: whether its pixels are in the order RGB, whatever arrays come in.
    """

    file: str
    content: Path | UInt8[np.ndarray, "..."] | UserError
    root: Path | None = None
    is_video: bool = False
    is_rgb: bool = False

    @property
    def path(self) -> Path:
        """The path of an item that is a file."""
        assert isinstance(self.content, Path)
        return self.content


@dataclasses.dataclass
class Listing:
    """The items that were found.

    Attributes:
      items: items in order, those of a folder by name. With an iterator they come one by one.
      left_out: number of files in folders that are not read, by ending.
    """

    items: Iterable[Item]
    left_out: Counter[str]


def listing(sources: Source | Iterable[Source]) -> Listing:
    """Lists the items, before anything is read.

    Args:
      sources: pixels (an array of one image or of a batch, a PIL image, a torch tensor), the path
        of an image, a video or a folder (whose images and videos are listed, at any depth, except
        hidden ones), or several of these. An iterator is read as a stream: a value that cannot be
        read becomes a broken item.

    Returns:
      The items, and counts of other files.

    Raises:
      UserError: a path is not there, a folder holds nothing, or something else was given.
    """
    left_out: Counter[str] = Counter()
    several = arrays.several(sources)
    if several is None:
        only = cast(Source, sources)  # as `arrays.several` has found
        return Listing(list(_items(only, "array", left_out)), left_out)
    stream = _stream(several, left_out)
    if hasattr(several, "__next__"):
        return Listing(stream, left_out)
    items = list(stream)
    for item in items:
        if isinstance(item.content, UserError):
            where = f"{item.file}: "
            raise UserError(where + str(item.content).removeprefix(where))
    return Listing(items, left_out)


def once(items: Iterable[Item]) -> tuple[list[Item], int]:
    """Leaves out files that are listed before, such as one that is named beside its folder.

    Args:
      items: files in the order in which they were given.

    Returns:
      The others, and how many were left out.
    """
    items = list(items)
    first = {os.path.abspath(item.path): item for item in reversed(items)}
    kept = [item for item in items if first[os.path.abspath(item.path)] is item]
    return kept, len(items) - len(kept)


def _stream(sources: Iterable[Source], left_out: Counter[str]) -> Iterator[Item]:
    for place, source in enumerate(sources):
        try:
            yield from _items(source, f"array {place}", left_out)
        except UserError as error:
            name = shown(source) if isinstance(source, str | os.PathLike) else f"array {place}"
            yield Item(name, error)
        del source  # frees a stream's memory for the next one


def _items(source: Source, array_name: str, left_out: Counter[str]) -> Iterator[Item]:
    if not isinstance(source, str | os.PathLike):
        is_rgb = isinstance(source, PIL.Image.Image)
        yield Item(array_name, arrays.pixels_of(source), is_rgb=is_rgb)
        return
    text = os.fsdecode(source)
    if not text:
        raise UserError(f"an empty path: {_READ}")
    path = expanded(text)
    if os.path.isdir(path):  # not Path.is_dir, which raises for a name that is too long
        found = list(_below(path, left_out))
        if not found:
            ends = ", ".join(IMAGES + containers.VIDEOS)
            raise UserError(f"{path} holds no image or video ({ends})")
        for file in found:
            yield Item(shown(file), file, path, containers.is_video(file))
    elif os.path.isfile(path):
        ending = path.suffix.lower()
        is_video = ending in containers.VIDEOS
        if ending not in (*IMAGES, *containers.VIDEOS):
            is_video = bool(containers.kind(path))
        yield Item(shown(path), path, is_video=is_video)
    else:
        raise UserError(_absent(text, path))


def _below(folder: Path, left_out: Counter[str]) -> Iterator[Path]:
    for name in files.below(folder).files:
        path = folder / name
        # What has such a name and is a pipe or a broken link is listed too, and reported.
        if path.suffix.lower() in IMAGES or containers.is_video(path):
            yield path
        else:
            left_out[path.suffix.lower() or "without ending"] += 1


def left_out_line(left_out: Mapping[str, int]) -> str:
    """One line that counts the files in folders that were not read; "" if there are none."""
    if not left_out:
        return ""
    shown = sorted(left_out.items(), key=lambda pair: (-pair[1], pair[0]))
    kinds = ", ".join(f"{ending} {count}" for ending, count in shown[:6])
    more = ", ..." if len(shown) > 6 else ""
    count = sum(left_out.values())
    return str(UserError(f"left out, not named as images or videos: {count:,} ({kinds}{more})"))


def _absent(text: str, path: Path) -> str:
    if _URL.match(text):
        return f"{text}: addresses are not read: download it first; {_READ}"
    if text == "-":
        return f"-: standard input is not read: write it into a file; {_READ}"
    if text.isdigit() or text.startswith("/dev/video"):
        return f"{text}: no such file, and cameras are not read: record a video; {_READ}"
    if os.path.exists(path):
        return f"{path} is neither a file nor a folder; {_READ}"
    if reason := _unreachable(path):
        return f"{path}: {reason}"
    if any(mark in text for mark in "*?["):
        return f"{path}: no such file or folder; patterns are for the shell, without quotes"
    return f"{path}: no such file or folder"


def _unreachable(path: Path) -> str:
    """Why nobody can tell whether a file is there; "" if it is not."""
    try:
        path.stat()
    except ValueError as error:
        return str(error)  # "embedded null byte"
    except OSError as error:
        absent = error.errno in (errno.ENOENT, errno.ENOTDIR)
        return "" if absent else (error.strerror or str(error)).lower()
    return ""


def shown(path: str | os.PathLike) -> str:
    """A path as text that a table can hold: bytes that are not UTF-8 become `\\xe9`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
