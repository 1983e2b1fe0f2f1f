"""Cuts the faces out of a frame, as squares of the network's input size."""

import dataclasses
import functools
import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np
from jaxtyping import UInt8

from lanet_jax.errors import UserError
from lanet_jax.faces.align import aligned_square
from lanet_jax.faces.find import Face
from lanet_jax.images import pixels
from lanet_jax.predict.sources import Frame

WAYS = ("detect", "whole")
_MUCH_TURNED = 45  # degrees above which a row notes the rotation
Find = Callable[[UInt8[np.ndarray, "H W 3"]], Sequence[Face]]


@dataclasses.dataclass(frozen=True, eq=False)
class Crop:
    """One face.

    Attributes:
      box: left, upper, right and lower edge in pixels of the frame; may reach beyond it.
      score: confidence that it is a face, in [0, 1].
      pixels: RGB, of the network's input size.
      note: by how much it was turned; "" if not.
    """

    box: tuple[float, float, float, float]
    score: float
    pixels: UInt8[np.ndarray, "S S 3"]
    note: str = ""


@dataclasses.dataclass(frozen=True, eq=False)
class Found:
    """A frame and its faces; none if there is no face or the frame cannot be read."""

    frame: Frame
    crops: tuple[Crop, ...] = ()


def cutter(
    faces: str, find: Find, size: int, grey: bool, resample: str = "linear"
) -> Callable[[Frame], Found]:
    """Makes a function that cuts the faces out of a frame.

    Args:
      faces: `detect` to find faces and align them by their eyes, `whole` if a frame is one face.
      find: finds the faces of an RGB image.
      size: side of the network's input in pixels, S.
      grey: whether the network was trained on grey faces.
      resample: how `whole` frames are resized, see `pixels.resized`.

    Returns:
      A function of a frame that any thread may call.

    Raises:
      UserError: `faces` is neither of the two.
    """
    if faces not in WAYS:
        raise UserError(f"faces={faces!r}: choose from {', '.join(WAYS)}")
    if faces == "detect":
        way = functools.partial(_detected, find=find)
    else:
        way = functools.partial(_whole, resample=resample)

    def cut(frame: Frame) -> Found:
        if frame.pixels is None:
            return Found(frame)
        try:
            crops = way(frame.pixels, size=size)
        except cv2.error as error:  # some releases take no side of more than 32,767 pixels
            reason = f"faces cannot be sought in it: {str(error).strip().partition(chr(10))[0]}"
            return Found(dataclasses.replace(frame, pixels=None, error=reason))
        if grey:
            crops = [dataclasses.replace(c, pixels=pixels.greyed(c.pixels)) for c in crops]
        return Found(frame, tuple(crops))

    return cut


def _whole(image: UInt8[np.ndarray, "H W 3"], size: int, resample: str) -> list[Crop]:
    box = (0.0, 0.0, float(image.shape[1]), float(image.shape[0]))
    return [Crop(box, 1.0, pixels.resized(image, size, resample))]


def _detected(image: UInt8[np.ndarray, "H W 3"], size: int, find: Find) -> list[Crop]:
    crops = []
    for face in find(image):
        square = aligned_square(face.landmarks)
        degrees = math.degrees(square.angle)
        note = f"turned by {degrees:.0f} degrees" if abs(degrees) > _MUCH_TURNED else ""
        left, upper, right, lower = map(float, face.box)
        crops.append(Crop((left, upper, right, lower), face.score, square.cut(image, size), note))
    return crops
