"""What is asked about, as items: paths, folders, arrays and whatever else can be told apart."""

import dataclasses
import errno
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import cast

import numpy as np
from jaxtyping import UInt8

from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded
from lanet_jax.images import files
from lanet_jax.predict import arrays, containers

# Unread ones are listed, so that a folder's table says so and nothing is left out in silence.
IMAGES = (*files.READ, *files.UNREAD)
_READ = "images, videos and folders of them are read"
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")

Source = str | os.PathLike | np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Item:
    """One file or array.

    Attributes:
      file: what the table calls it: the path, or "array".
      content: where to read, or the pixels; a `UserError` where it is neither.
      root: the folder that was given and that it was found in; None for what was named itself.
      is_video: whether it is a video file.
    """

    file: str
    content: Path | UInt8[np.ndarray, "..."] | UserError
    root: Path | None = None
    is_video: bool = False

    @property
    def path(self) -> Path:
        """The file, of an item that is one."""
        assert isinstance(self.content, Path)
        return self.content


@dataclasses.dataclass
class Listing:
    """What is there.

    Attributes:
      items: in order, those of a folder by name. Of an iterator they come one by one, as it gives
        them.
      left_out: how many files of folders are not read, by their endings.
    """

    items: Iterable[Item]
    left_out: Counter[str]


def listing(sources: Source | Iterable[Source]) -> Listing:
    """Looks what is there, before anything is read.

    Args:
      sources: pixels (an array of one image or of a batch, a PIL image, a torch tensor), a path of
        an image, a video or a folder (whose images and videos are taken, at any depth, hidden ones
        left out), or several of these. An iterator is read as a stream: what is wrong with one of
        its values becomes a broken item.

    Returns:
      Files and arrays.

    Raises:
      UserError: a path is not there, a folder holds nothing, or something else was given.
    """
    left_out: Counter[str] = Counter()
    several = arrays.several(sources)
    if several is None:
        only = cast(Source, sources)  # `arrays.several` saw that it is one
        return Listing(list(_items(only, "array", left_out)), left_out)
    stream = _stream(several, left_out)
    if hasattr(several, "__next__"):
        return Listing(stream, left_out)
    items = list(stream)
    for item in items:
        if isinstance(item.content, UserError):
            raise item.content
    return Listing(items, left_out)


def _stream(sources: Iterable[Source], left_out: Counter[str]) -> Iterator[Item]:
    for place, source in enumerate(sources):
        try:
            yield from _items(source, f"array {place}", left_out)
        except UserError as error:
            name = _text(source) if isinstance(source, str | os.PathLike) else f"array {place}"
            yield Item(name, error)
        del source  # of a stream, the next one shall find room


def _items(source: Source, array_name: str, left_out: Counter[str]) -> Iterator[Item]:
    if not isinstance(source, str | os.PathLike):
        yield Item(array_name, arrays.pixels_of(source))
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
            yield Item(_text(file), file, path, containers.is_video(file))
    elif os.path.isfile(path):
        ending = path.suffix.lower()
        is_video = ending in containers.VIDEOS
        if ending not in (*IMAGES, *containers.VIDEOS):
            is_video = bool(containers.kind(path))
        yield Item(_text(path), path, is_video=is_video)
    else:
        raise UserError(_absent(text, path))


def _below(folder: Path, left_out: Counter[str]) -> Iterator[Path]:
    for name in files.below(folder).files:
        path = folder / name
        known = path.suffix.lower() in IMAGES or containers.is_video(path)
        if known and path.is_file():
            yield path
        else:
            left_out[path.suffix.lower() or "without ending"] += 1


def left_out_line(left_out: Mapping[str, int]) -> str:
    """One line that counts the files of folders that were not read; empty if there are none."""
    if not left_out:
        return ""
    shown = sorted(left_out.items(), key=lambda pair: (-pair[1], pair[0]))
    kinds = ", ".join(f"{ending} {count}" for ending, count in shown[:6])
    more = ", ..." if len(shown) > 6 else ""
    count = sum(left_out.values())
    return str(UserError(f"left out, neither images nor videos: {count:,} ({kinds}{more})"))


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
        return "" if absent else error.strerror.lower()
    return ""


def _text(path: str | os.PathLike) -> str:
    # A name that is not in UTF-8 could not be written into a table.
    return os.fsdecode(path).encode("utf-8", "replace").decode()
