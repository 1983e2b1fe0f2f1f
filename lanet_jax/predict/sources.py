"""Reads items (arrays, files, videos) as one stream of upright RGB frames."""

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from lanet_jax.errors import UserError
from lanet_jax.files import regular
from lanet_jax.images import pixels
from lanet_jax.images.pixels import BrokenImageError
from lanet_jax.predict import containers, video
from lanet_jax.predict.given import Item


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """One image of an item.

    Attributes:
      item: item that it comes from.
      number: index in a video or batch, from 0.
      pixels: RGB; None if it cannot be read.
      error: why it cannot be read, in a few words; "" if it can.
      rate: frames per second of a video; 0 elsewhere.
      time: time in a video, in seconds; None elsewhere.
      note: a remark, such as that further pictures of the file are not read.
    """

    item: Item
    number: int
    pixels: UInt8[np.ndarray, "H W 3"] | None
    error: str = ""
    rate: float = 0.0
    time: float | None = None
    note: str = ""


def frames(items: Iterable[Item], bgr: bool = False) -> Iterator[Frame]:
    """Reads frames one by one, each only when it is asked for.

    Args:
      items: items from `given.listing`.
      bgr: whether arrays come in OpenCV's order of colours.

    Yields:
      The frames; an item that cannot be read gives one frame that says so.
    """
    for item in items:
        if isinstance(item.content, UserError):
            yield Frame(item, 0, None, str(item.content).removeprefix(f"{item.file}: "))
        elif not isinstance(item.content, Path):
            for number, image in enumerate(pixels.images(item.content)):
                yield Frame(item, number, pixels.rgb(image, bgr and not item.is_rgb))
        elif other := regular.other_kind(item.content):
            yield Frame(item, 0, None, f"{other}: a file on a disk was expected")
        elif item.is_video:
            yield from _video(item, item.content)
        else:
            yield _image(item, item.content)
        del item  # frees a stream's memory for the next one


def _image(item: Item, path: Path) -> Frame:
    try:
        encoded = path.read_bytes()
        return Frame(item, 0, pixels.decode(encoded), note=_first_of(pixels.pictures(encoded)))
    except BrokenImageError as error:
        kind = containers.kind(path)
        renamed = path.with_suffix(containers.VIDEOS[0]).name
        advice = f"a video ({kind}) with the name of an image: rename it to {renamed} to read it"
        return Frame(item, 0, None, advice if kind else str(error))
    except OSError as error:
        return Frame(item, 0, None, error.strerror or type(error).__name__)


def _first_of(count: int) -> str:
    return f"the first of {count} pictures in the file" if count > 1 else ""


def _video(item: Item, path: Path) -> Iterator[Frame]:
    number = 0
    try:
        for shot in video.read(path):
            picture = pixels.rgb(shot.pixels, bgr=True)
            yield Frame(item, number, picture, rate=shot.rate, time=shot.time)
            number += 1
    except video.BrokenVideoError as error:
        yield Frame(item, number, None, str(error))
