"""Reads pixels and lists from Python; ambiguous arrays are refused."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import PIL.Image
from jaxtyping import UInt8

from lanet_jax.errors import UserError
from lanet_jax.images import pixels
from lanet_jax.images.pixels import BrokenImageError

_TAKEN = "a path or an array of pixels was expected"
_CHANNELS = (1, 3, 4)
_LEAST_SIDE = 8  # pixels; an array with a shorter last axis is not a batch of pictures


def several(value: Any) -> Iterable[Any] | None:
    """Splits a value that holds several sources.

    Args:
      value: what the user gave.

    Returns:
      The sources of a list, an iterator, or an array or column of paths, in order; None for a
      single source, or for something else.

    Raises:
      UserError: it holds several sources, but in a form that is not read.
    """
    if isinstance(value, str | os.PathLike | PIL.Image.Image):
        return None
    if isinstance(value, bytes | bytearray | memoryview):
        raise UserError(_of_bytes(value))
    if isinstance(value, Mapping):
        raise UserError(f"{_TAKEN}, not {type(value).__name__}: give list(x.values())")
    if hasattr(value, "read"):
        raise UserError(f"{_TAKEN}, not an open file: give its name, or PIL.Image.open(x)")
    if _is_array(value):
        kind = getattr(value, "dtype", None)
        if isinstance(kind, np.dtype) and kind.kind in "buifc":
            return None
        array = _array(value)
        if array.dtype.kind in "buifcmMV":  # V: JAX's bfloat16
            return None
        if array.ndim == 0 and array.dtype.kind in "UT":
            return [array.item()]
        if array.ndim != 1:
            raise UserError(
                f"{_TAKEN}, not {type(value).__name__} {list(array.shape)} of {array.dtype}: give "
                "one column of paths, such as x['file'], or list(x)"
            )
        if array.dtype.kind == "S":
            return [os.fsdecode(path) for path in array.tolist()]
        return array.tolist() if array.dtype.kind in "UT" else list(array)
    return value if isinstance(value, Iterable) else None


def pixels_of(value: Any) -> UInt8[np.ndarray, "..."]:
    """Reads the pixels of one source that is not a path.

    Args:
      value: an array of numpy, JAX, torch or another library, or a PIL image.

    Returns:
      An image or a batch of them, see `images.pixels.images`.

    Raises:
      UserError: it is not an image, or is ambiguous; the message says what to do.
    """
    if isinstance(value, PIL.Image.Image):
        try:
            return pixels.upright(value)
        except BrokenImageError as error:
            raise UserError(f"a PIL image that cannot be read: {error}") from None
    if isinstance(value, bytes | bytearray | memoryview):
        raise UserError(_of_bytes(value))
    if not _is_array(value):
        more = "; cameras are not read" if isinstance(value, int) else ""
        if isinstance(value, list | tuple):
            more = ": give np.asarray(x, np.uint8) of pixels, or one flat list of sources"
        raise UserError(f"{_TAKEN}, not {type(value).__name__}{more}")
    array = _array(value)
    pixels.check(array)
    _refuse_doubtful(array)
    return array


def _refuse_doubtful(array: UInt8[np.ndarray, "..."]) -> None:
    """Refuses an array whose axes could be read in two ways."""
    shape = list(array.shape)
    # [1, H, W] is the same grey image either way, and [3, H, 3] has its channels last.
    if array.ndim != 3 or shape[2] in _CHANNELS:
        return
    if shape[0] in _CHANNELS[1:]:
        raise UserError(
            f"{shape} may be one image with its channels first, or {shape[0]} grey ones: give "
            "x.transpose(1, 2, 0) (torch: x.permute(1, 2, 0)) or x[..., None]"
        )
    if shape[2] < _LEAST_SIDE:
        raise UserError(
            f"{shape} may be one image of {shape[2]} channels, or {shape[0]} grey ones: give three "
            "channels, such as x[..., :3], or x[..., None]"
        )


def _of_bytes(value: Any) -> str:
    return (
        f"{_TAKEN}, not {type(value).__name__}: of an encoded image give "
        "PIL.Image.open(io.BytesIO(x)), of a path os.fsdecode(x)"
    )


def _is_array(value: Any) -> bool:
    return hasattr(value, "__array__")  # numpy's, JAX's, torch's


def _array(value: Any) -> np.ndarray:
    if np.ma.is_masked(value):
        raise UserError("a masked array: fill what is masked, such as by x.filled(255)")
    try:
        return np.asarray(value)
    except Exception as error:  # each library has its own: on another device, needs a gradient ...
        reason = str(error).strip().partition("\n")[0]
        raise UserError(
            f"{type(value).__name__} cannot be read as an array ({reason}): give a numpy array"
        ) from None
