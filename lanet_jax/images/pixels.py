"""Turns image files, Pillow images and arrays into upright, opaque 8-bit RGB."""

import io
from collections.abc import Iterator

import cv2
import numpy as np
import PIL.Image
from jaxtyping import UInt8

from lanet_jax.errors import UserError
from lanet_jax.images import orientation
from lanet_jax.images.image_bytes import JPEG, is_whole, pixel_size, png_exif
from lanet_jax.images.opacity import is_opaque

FORMATS = ("BMP", "DIB", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
MOST_PIXELS = 89_478_485  # Pillow's limit, too: 256 MiB in RGB
_WHITE = _OPAQUE = 255
_CHANNELS = (1, 3, 4)
_HEAD = 1 << 17  # bytes within which a file gives its orientation
_TURNS = (b"Exif", b"eXIf", b"Orientation")

Rgb = UInt8[np.ndarray, "H W 3"]


class BrokenImageError(Exception):
    """Says in a few words why a file cannot be used as an image."""


def decode(encoded: bytes) -> Rgb:
    """Decodes an image file.

    Args:
      encoded: the file's bytes.

    Returns:
      RGB pixels: rotated as EXIF says if that can be read, transparent ones over white, 16 bits
      reduced to 8.

    Raises:
      BrokenImageError: the file is empty, truncated, too large or not an image.
    """
    if not encoded:
        raise BrokenImageError("the file is empty")
    if not is_whole(encoded):
        raise BrokenImageError("the file is truncated or damaged")
    try:
        with PIL.Image.open(io.BytesIO(encoded), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise BrokenImageError(
                    f"{image.width} x {image.height} pixels are more than {MOST_PIXELS:,}"
                )
            return upright(image)
    except BrokenImageError:
        raise
    except PIL.UnidentifiedImageError:
        raise BrokenImageError(f"no image of a known format ({', '.join(FORMATS)})") from None
    except Exception as error:
        raise _broken(error) from error


def upright(image: PIL.Image.Image) -> Rgb:
    """Reads the pixels of a Pillow image, as `decode` does.

    Raises:
      BrokenImageError: its pixels cannot be read.
    """
    try:
        return rgb(_channels(orientation.turned(image)))
    except BrokenImageError:
        raise
    except Exception as error:
        raise _broken(error) from error


def _broken(error: Exception) -> BrokenImageError:
    # Each format of Pillow raises its own kind of error.
    return BrokenImageError(str(error).strip().partition("\n")[0][:200] or type(error).__name__)


def upright_size(encoded: bytes) -> tuple[int, int] | None:
    """Reads the upright width and height of a PNG or JPEG without decoding it.

    Args:
      encoded: the file's bytes.

    Returns:
      Both in pixels; None if its header does not say.
    """
    stored, exif = pixel_size(encoded), png_exif(encoded)
    if stored is None or not (exif or any(mark in encoded[:_HEAD] for mark in _TURNS)):
        return stored
    try:
        with PIL.Image.open(io.BytesIO(encoded), formats=FORMATS) as image:
            if exif:  # Pillow would decode the pixels to find what lies behind them
                image.info["exif"] = b"Exif\0\0" + exif
            is_turned = orientation.read(image) in range(5, 9)
    except Exception:  # decoding it will say what is wrong
        return stored
    return stored[::-1] if is_turned else stored


def pictures(encoded: bytes) -> int:
    """Counts the pictures of a file, of which `decode` reads the first.

    Args:
      encoded: bytes of a file that `decode` can read.

    Returns:
      Frames of an animation or pages of a TIFF; 1 for a JPEG, whatever a phone appends to it.
    """
    if encoded.startswith(JPEG):
        return 1
    try:
        with PIL.Image.open(io.BytesIO(encoded), formats=FORMATS) as image:
            return int(getattr(image, "n_frames", 1))
    except Exception:  # the rest of the file is damaged, which costs the first picture nothing
        return 1


def images(array: UInt8[np.ndarray, "..."]) -> Iterator[UInt8[np.ndarray, "..."]]:
    """Yields the images of an array: one [H, W] or [H, W, 1|3|4], or each of a batch of them.

    Three axes are a batch of grey images, unless the last one can be channels.

    Raises:
      UserError: the array holds no image.
    """
    check(array)
    is_one = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in _CHANNELS)
    yield from (array,) if is_one else array


def check(array: np.ndarray) -> None:
    """Checks an array of pixels.

    Raises:
      UserError: it is not uint8, or not shaped as `images` takes it.
    """
    found = f"found {array.dtype} {list(array.shape)}"
    if array.dtype != np.uint8:
        raise UserError(f"pixels of 0 to 255 as uint8 were expected, {found}: {_advice(array)}")
    # [H, W, 7] is a batch of H grey images, which is why only the fourth axis can be wrong.
    if array.ndim not in (2, 3, 4) or (array.ndim == 4 and array.shape[3] not in _CHANNELS):
        raise UserError(
            f"an image [H, W], [H, W, 1|3|4] or a batch of them was expected, {found}: "
            f"{_axes_advice(array)}"
        )
    if not array.size:
        raise UserError(f"an image without pixels cannot be read, {found}")


def _axes_advice(array: np.ndarray) -> str:
    if array.ndim == 4 and array.shape[1] in _CHANNELS:
        return "move the channels last"
    return "give such an array for each image" if array.ndim > 4 else "reshape it"


def _advice(array: np.ndarray) -> str:
    """How other pixels become uint8, by the range in which they lie."""
    if array.dtype.kind not in "buif" or not array.size:
        return "convert them first"
    if not np.isfinite(array).all():
        return "some are no finite numbers: replace these, then convert them"
    low, high = array.min(), array.max()
    if array.dtype.kind == "b":
        return "give x.astype(np.uint8) * 255"
    if low < 0 or high > 0xFFFF:
        return "convert them first"
    if high > 0xFF:
        return "give (x // 257).astype(np.uint8), if they are of 16 bits"
    if array.dtype.kind != "f":
        return "give x.astype(np.uint8)"
    scaled = "(x * 255)" if high <= 1 else "x"
    return f"give {scaled}.round().astype(np.uint8)"


def rgb(image: UInt8[np.ndarray, "..."], bgr: bool = False) -> Rgb:
    """Converts one image to RGB.

    Args:
      image: [H, W] grey, or [H, W, C] with C 1 (grey), 3 (colour) or 4 (colour and opacity).
      bgr: whether the colours come in OpenCV's order.

    Returns:
      RGB over white.
    """
    grey = image if image.ndim == 2 else image[..., 0]
    if image.ndim == 2 or image.shape[2] == 1:
        return np.repeat(grey[..., None], 3, axis=2)
    colour = _over_white(image) if image.shape[2] == 4 else image
    return np.ascontiguousarray(colour[..., ::-1] if bgr else colour)


def greyed(image: Rgb) -> Rgb:
    """The image without its colours (ITU-R BT.601), in three equal channels."""
    return np.repeat(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)


def resized(image: Rgb, size: int, resample: str = "linear") -> UInt8[np.ndarray, "size size 3"]:
    """Resizes an image to a square without cropping, alike in preparation, training and prediction.

    A side that shrinks averages the pixels it covers; one that grows is interpolated linearly, as
    averaging would make blocks.

    Args:
      image: RGB, 0 to 255.
      size: side of the square in pixels.
      resample: "linear", as above, or "cubic".

    Returns:
      The square; the image itself if it has that size already.
    """
    height, width = image.shape[:2]
    smaller = min(width, size), min(height, size)
    if resample == "cubic" and (width, height) != (size, size):
        bicubic = PIL.Image.Resampling.BICUBIC
        return np.asarray(PIL.Image.fromarray(image).resize((size, size), bicubic))
    if smaller != (width, height):
        image = cv2.resize(image, smaller, interpolation=cv2.INTER_AREA)
    if smaller != (size, size):
        image = cv2.resize(image, (size, size), interpolation=cv2.INTER_LINEAR)
    return image


def _channels(image: PIL.Image.Image) -> UInt8[np.ndarray, "..."]:
    if image.mode == "F":
        raise BrokenImageError("floating-point pixels: save it with 8 or 16 bits a channel")
    if image.mode.startswith("I"):
        return _eight_bits(np.asarray(image))
    return np.asarray(image.convert("RGB" if is_opaque(image) else "RGBA"))


def _eight_bits(grey: np.ndarray) -> UInt8[np.ndarray, "H W"]:
    if grey.min() < 0 or grey.max() > 0xFFFF:
        raise BrokenImageError("32-bit pixels: save it with 8 or 16 bits a channel")
    if 0 < grey.max() <= 0xFF:  # by far too dark to be of 16 bits
        raise BrokenImageError("pixels of 8 bits in a larger type: save it with 8 bits a channel")
    return ((grey.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _over_white(image: UInt8[np.ndarray, "H W 4"]) -> Rgb:
    colour, opacity = image[..., :3], image[..., 3:]
    if opacity.min() == _OPAQUE:
        return colour
    # 16 bits are enough, which matters for photos of a hundred million pixels.
    blend = colour * opacity.astype(np.uint16) + _WHITE * (_OPAQUE - opacity).astype(np.uint16)
    return ((blend + _OPAQUE // 2) // _OPAQUE).astype(np.uint8)
