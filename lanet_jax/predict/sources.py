"""What is asked about (arrays, files, folders, videos) as one stream of upright RGB frames."""

import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from lanet_jax.errors import UserError
from lanet_jax.images import files, pixels
from lanet_jax.images.pixels import BrokenImageError
from lanet_jax.predict import video

# Unread ones are listed, so that a folder's table says so and nothing is left out in silence.
IMAGES = (*files.READ, *files.UNREAD)
VIDEOS = (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv")

Source = str | os.PathLike | np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Item:
    """One file or array.

    Attributes:
      file: what the table calls it: the path, or "array".
      content: where to read, or the pixels.
      root: the folder that was given and that it was found in; None for what was named itself.
    """

    file: str
    content: Path | UInt8[np.ndarray, "..."]
    root: Path | None = None

    @property
    def is_video(self) -> bool:
        """Whether it is a video file."""
        return isinstance(self.content, Path) and _is(self.content, VIDEOS)


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """One image of an item.

    Attributes:
      item: where it comes from.
      number: in the video or batch, from 0.
      pixels: RGB; None where it cannot be read.
      error: why, in a few words; empty if it can.
      rate: frames a second of the video; 0 for what is none.
    """

    item: Item
    number: int
    pixels: UInt8[np.ndarray, "H W 3"] | None
    error: str = ""
    rate: float = 0.0


def listing(sources: Source | Iterable[Source]) -> list[Item]:
    """Looks what is there, before anything is read.

    Args:
      sources: an array of one image or of a batch, a path of an image, a video or a folder (whose
        images and videos are taken, at any depth, hidden ones left out), or several of these.

    Returns:
      Files and arrays in order, those of a folder by name.

    Raises:
      UserError: a path is not there, a folder holds nothing, or an array is no image.
    """
    is_one = isinstance(sources, str | os.PathLike) or _is_array(sources)
    if is_one or not isinstance(sources, Iterable):
        return list(_items(sources, "array"))  # type: ignore[arg-type]  # one source, or refused there
    return [
        item for place, source in enumerate(sources) for item in _items(source, f"array {place}")
    ]


def frames(items: Iterable[Item], bgr: bool = False) -> Iterator[Frame]:
    """Reads one frame after the other, and none before it is asked for.

    Args:
      items: from `listing`.
      bgr: whether arrays come in OpenCV's order of colours.

    Yields:
      Frames; of an item that cannot be read, one that says so.
    """
    for item in items:
        if not isinstance(item.content, Path):
            for number, image in enumerate(pixels.images(item.content)):
                yield Frame(item, number, pixels.rgb(image, bgr))
        elif item.is_video:
            yield from _video(item, item.content)
        else:
            yield _image(item, item.content)


def _items(source: Source, array_name: str) -> Iterator[Item]:
    if _is_array(source):
        array = np.asarray(source)
        pixels.check(array)
        yield Item(array_name, array)
        return
    if not isinstance(source, str | os.PathLike):
        raise UserError(f"a path or an array of pixels was expected, not {type(source).__name__}")
    path = Path(source).expanduser()
    if path.is_dir():
        found = list(_below(path))
        if not found:
            raise UserError(f"{path} holds no image or video ({', '.join(IMAGES + VIDEOS)})")
        yield from (Item(_text(file), file, root=path) for file in found)
    elif path.is_file():
        yield Item(_text(path), path)
    else:
        raise UserError(f"{path}: no such file or folder")


def _below(folder: Path) -> Sequence[Path]:
    found = (folder / name for name in files.below(folder).files)
    return sorted(file for file in found if _is(file, IMAGES + VIDEOS) and file.is_file())


def _image(item: Item, path: Path) -> Frame:
    try:
        return Frame(item, 0, pixels.decode(path.read_bytes()))
    except BrokenImageError as error:
        return Frame(item, 0, None, str(error))
    except OSError as error:
        return Frame(item, 0, None, error.strerror or type(error).__name__)


def _video(item: Item, path: Path) -> Iterator[Frame]:
    number = 0
    try:
        for rate, picture in video.read(path):
            yield Frame(item, number, pixels.rgb(picture, bgr=True), rate=rate)
            number += 1
    except video.BrokenVideoError as error:
        yield Frame(item, number, None, str(error))


def _is(file: Path, suffixes: Sequence[str]) -> bool:
    return file.suffix.lower() in suffixes


def _is_array(value: object) -> bool:
    return hasattr(value, "__array__")  # numpy's, JAX's, torch's


def _text(path: Path) -> str:
    # A name that is not in UTF-8 could not be written into a table.
    return str(path).encode("utf-8", "replace").decode()
