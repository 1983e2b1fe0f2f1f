"""Reading the images of a source: whole files only, JPEG or PNG bytes out."""

import dataclasses
import hashlib
import zlib
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
JPEG_QUALITY = 95


@dataclasses.dataclass(frozen=True)
class Crop:
    """A square cut out of an image file and brought to another size.

    Attributes:
      path: the image file.
      x: left edge in its pixels; may lie outside.
      y: upper edge.
      side: side of the square in its pixels.
      size: side of the stored image.
    """

    path: Path
    x: int
    y: int
    side: int
    size: int


@dataclasses.dataclass(frozen=True)
class Look:
    """What one look at an image tells.

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


class BrokenImageError(Exception):
    """The bytes are not one whole image."""


def read(image: Path | Crop | bytes) -> bytes:
    """The encoded image as it will be stored: the source's own bytes if JPEG or PNG, else PNG.

    Raises:
      BrokenImageError: the file is empty, cut short or no image.
    """
    if isinstance(image, Crop):
        return _encode(_cut(decode(image.path.read_bytes()), image), ".jpg")
    data = image if isinstance(image, bytes) else image.read_bytes()
    return data if data.startswith((JPEG, PNG)) else _encode(decode(data), ".png")


def look(image: Path | Crop | bytes) -> Look:
    """Decodes an image once.

    Raises:
      BrokenImageError: the file is empty, cut short or no image.
    """
    data = read(image)
    pixels = decode(data)
    height, width = pixels.shape[:2]
    shape = np.asarray(pixels.shape).tobytes()
    digest = hashlib.blake2b(shape + pixels.tobytes(), digest_size=16).digest()
    return Look(width, height, len(data), digest)


def decode(data: bytes) -> UInt8[np.ndarray, "H W 3"]:
    """Pixels (BGR) of an encoded image.

    Raises:
      BrokenImageError: the bytes are empty, cut short or no image.
    """
    # OpenCV fills the rest of a file that was cut short with grey and says nothing.
    if not data or not _is_whole(data):
        raise BrokenImageError
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise BrokenImageError from error
    if pixels is None:
        raise BrokenImageError
    return pixels


def _is_whole(data: bytes) -> bool:
    if data.startswith(JPEG):
        # A thumbnail brings an end mark of its own, so the mark must follow the last scan's start.
        return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda") > 0
    if data.startswith(PNG):
        return _png_is_whole(data)
    return True


def _png_is_whole(data: bytes) -> bool:
    at = len(PNG)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            return False
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            return False
        if data[at + 4 : at + 8] == b"IEND":
            return True
        at = end
    return False


def _cut(pixels: UInt8[np.ndarray, "H W 3"], crop: Crop) -> UInt8[np.ndarray, "size size 3"]:
    height, width = pixels.shape[:2]
    left, top = max(0, -crop.x), max(0, -crop.y)
    right = max(0, crop.x + crop.side - width)
    bottom = max(0, crop.y + crop.side - height)
    padded = cv2.copyMakeBorder(pixels, top, bottom, left, right, cv2.BORDER_REPLICATE)
    x, y = crop.x + left, crop.y + top
    square = padded[y : y + crop.side, x : x + crop.side]
    method = cv2.INTER_AREA if crop.side > crop.size else cv2.INTER_LINEAR
    return cv2.resize(square, (crop.size, crop.size), interpolation=method)


def _encode(pixels: UInt8[np.ndarray, "H W 3"], suffix: str) -> bytes:
    flags = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if suffix == ".jpg" else []
    return cv2.imencode(suffix, pixels, flags)[1].tobytes()
