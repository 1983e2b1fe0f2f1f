"""Reads the images of a source: whole files only, as JPEG or PNG bytes."""

import dataclasses
import hashlib
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from lanet_jax.faces.square import Square
from lanet_jax.images.image_bytes import JPEG, PNG
from lanet_jax.images.opacity import is_opaque_png
from lanet_jax.images.pixels import MOST_PIXELS, BrokenImageError, decode, resized

JPEG_QUALITY = 95


@dataclasses.dataclass(frozen=True)
class Crop:
    """A square cut out of an image file and resized.

    Attributes:
      path: the image file.
      x: left edge in the file's pixels; may be outside the image.
      y: upper edge in the same way.
      side: side of the square in the file's pixels.
      size: side of the stored image in pixels.
    """

    path: Path
    x: int
    y: int
    side: int
    size: int


@dataclasses.dataclass(frozen=True)
class Face:
    """A face cut out of an image file.

    Attributes:
      path: the image file.
      square: the face's place in it.
      size: side of the stored image in pixels.
    """

    path: Path
    square: Square
    size: int


@dataclasses.dataclass(frozen=True)
class Look:
    """What decoding an image once shows.

    Attributes:
      width: in pixels, as stored.
      height: in pixels, as stored.
      length: bytes of the stored file.
      digest: equal for equal pixels.
    """

    width: int
    height: int
    length: int
    digest: bytes


def read(image: Path | Crop | Face | bytes) -> bytes:
    """The encoded image as it will be stored: JPEG and opaque PNG byte for byte, all else as PNG.

    Args:
      image: a file, a crop or a face of one (stored as JPEG), or encoded bytes.

    Raises:
      BrokenImageError: the file is empty, truncated or not an image.
    """
    if isinstance(image, Crop):
        return _encode(_cut(decode(image.path.read_bytes()), image), ".jpg")
    if isinstance(image, Face):
        return _encode(_face(decode(image.path.read_bytes()), image), ".jpg")
    data = image if isinstance(image, bytes) else image.read_bytes()
    as_it_is = data.startswith(JPEG) or (data.startswith(PNG) and is_opaque_png(data))
    return data if as_it_is else _encode(decode(data), ".png")


def look(image: Path | Crop | Face | bytes) -> Look:
    """Decodes an image once.

    Args:
      image: as for `read`.

    Returns:
      Size, length and digest of the image as it will be stored.

    Raises:
      BrokenImageError: the file is empty, truncated or not an image.
    """
    data = read(image)
    pixels = decode(data)
    height, width = pixels.shape[:2]
    shape = np.asarray(pixels.shape).tobytes()
    digest = hashlib.blake2b(shape + pixels.tobytes(), digest_size=16).digest()
    return Look(width, height, len(data), digest)


def _cut(pixels: UInt8[np.ndarray, "H W 3"], crop: Crop) -> UInt8[np.ndarray, "size size 3"]:
    left, top = max(0, crop.x), max(0, crop.y)
    right, bottom = crop.x + crop.side, crop.y + crop.side
    inside = pixels[top : max(0, bottom), left : max(0, right)]
    height, width = inside.shape[:2]
    if not inside.size or crop.side**2 > MOST_PIXELS:
        raise BrokenImageError("its face box is outside the image, or too large")
    beyond = top - crop.y, bottom - top - height, left - crop.x, right - left - width
    square = cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_REPLICATE)
    return resized(square, crop.size)


def _face(pixels: UInt8[np.ndarray, "H W 3"], face: Face) -> UInt8[np.ndarray, "size size 3"]:
    height, width = pixels.shape[:2]
    if not (0 <= face.square.x <= width and 0 <= face.square.y <= height):
        raise BrokenImageError(
            "its landmarks are outside the image: they were found in one of another size"
        )
    return face.square.cut(pixels, face.size)


def _encode(pixels: UInt8[np.ndarray, "H W 3"], suffix: str) -> bytes:
    flags = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if suffix == ".jpg" else []
    return cv2.imencode(suffix, pixels[..., ::-1], flags)[1].tobytes()
