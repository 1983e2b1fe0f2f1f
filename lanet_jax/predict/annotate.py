"""Marks faces in a picture with box, class and probability, legible at any picture size.

Colour never carries a meaning alone: every box has the name of its class, every bar its number.
"""

import dataclasses
import functools
import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

from lanet_jax.figures import fonts
from lanet_jax.figures.style import INK, PAPER, RULE, class_style
from lanet_jax.predict.face_rows import FACE, Row

LEAST_SIDE = 480  # px; smaller pictures are enlarged
_TEXT_OF_PICTURE = (1 / 60, 1 / 28)  # least and greatest height of the text over the longer side
_TEXT_OF_FACE = 1 / 7
_LEAST_TEXT = 14  # px

Picture = UInt8[np.ndarray, "H W 3"]


@dataclasses.dataclass(frozen=True)
class _Rectangle:
    left: int
    upper: int
    right: int
    lower: int

    def overlaps(self, other: "_Rectangle") -> bool:
        across = min(self.right, other.right) > max(self.left, other.left)
        return across and min(self.lower, other.lower) > max(self.upper, other.upper)


def draw(image: Picture, rows: Sequence[Row], classes: Sequence[str]) -> Picture:
    """Marks the faces of a picture.

    Args:
      image: RGB; it is not changed.
      rows: rows of this picture's faces.
      classes: class names of the model, which give each its colour.

    Returns:
      The picture with its marks, enlarged if it is smaller than LEAST_SIDE.
    """
    longer = max(image.shape[:2])
    scale = math.ceil(LEAST_SIDE / longer) if longer < LEAST_SIDE else 1
    size = (image.shape[1] * scale, image.shape[0] * scale)
    picture = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC) if scale > 1 else image.copy()
    faces = [row for row in rows if row.status == FACE]
    height, width = picture.shape[:2]
    if not faces:
        _paste(picture, _plate("no face", None, INK, _text_height(picture, 0)), [])
        return picture
    colours = dict(zip(classes, (colour for colour, _ in class_style(classes)), strict=True))
    boxes = [_box(row, scale, height, width) for row in faces]
    for row, box in zip(faces, boxes, strict=True):
        _outline(picture, box, colours[row.top])  # type: ignore[index]  # a row with a face has one
    taken = list(boxes)
    for row, box in zip(faces, boxes, strict=True):
        share = max(row.probabilities)  # type: ignore[arg-type]  # a row with a face has one
        text = _text_height(picture, box.right - box.left)
        plate = _plate(f"{row.top} {share:.0%}", share, colours[row.top], text)  # type: ignore[index]  # a row with a face has one
        taken.append(_paste(picture, plate, taken, box))
    return picture


def _box(row: Row, scale: int, height: int, width: int) -> _Rectangle:
    """The part of a face's box inside the picture, at least one pixel."""
    left, upper, right, lower = (round(edge * scale) for edge in row.box)  # type: ignore[union-attr]  # a row with a face has one
    left, upper = min(max(left, 0), width - 1), min(max(upper, 0), height - 1)
    right, lower = max(min(right, width), left + 1), max(min(lower, height), upper + 1)
    return _Rectangle(left, upper, right, lower)


def _text_height(picture: Picture, face: int) -> int:
    longer = max(picture.shape[:2])
    low, high = (share * longer for share in _TEXT_OF_PICTURE)
    return max(_LEAST_TEXT, round(min(max(face * _TEXT_OF_FACE, low), high)))


def _outline(picture: Picture, box: _Rectangle, colour: str) -> None:
    """Draws a line in the class's colour between two white ones, visible on any background."""
    line = max(3, round(max(picture.shape[:2]) / 300))
    margin = [PAPER] * (line // 2)
    for inset, tone in enumerate([*margin, *[colour] * line, *margin]):
        first = (box.left + inset, box.upper + inset)
        last = (box.right - 1 - inset, box.lower - 1 - inset)
        if first[0] < last[0] and first[1] < last[1]:
            cv2.rectangle(picture, first, last, _rgb(tone))


def _plate(text: str, share: float | None, colour: str, height: int) -> Picture:
    """Draws a label: the text, and below it a bar filled to the probability."""
    text, file = fonts.drawable(text)
    font = _font(file, height)
    pad, bar = max(3, height // 3), 0 if share is None else max(5, height // 2)
    words = math.ceil(font.getlength(text))
    width, lower = words + 2 * pad, pad + round(1.2 * height)
    size = (width, lower + (bar + pad if bar else 0))
    plate = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(plate)
    pen.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=INK)
    pen.text((pad, pad // 2), text, font=font, fill=INK)
    if bar:
        frame = (pad, lower, width - pad - 1, lower + bar - 1)
        pen.rectangle(frame, fill=RULE, outline=INK)
        inner = width - 2 * pad - 2
        filled = round(inner * share)  # type: ignore[operator]  # a bar shows one
        if filled:
            pen.rectangle((pad + 1, lower + 1, pad + filled, lower + bar - 2), fill=colour)
    return np.asarray(plate)


def _paste(
    picture: Picture, plate: Picture, taken: Sequence[_Rectangle], box: _Rectangle | None = None
) -> _Rectangle:
    """Places a label where it hides no face or other label, or else at its own face's edge."""
    height, width = picture.shape[:2]
    shrink = min(1.0, width / plate.shape[1], height / plate.shape[0])
    if shrink < 1:
        size = (max(1, int(plate.shape[1] * shrink)), max(1, int(plate.shape[0] * shrink)))
        plate = cv2.resize(plate, size, interpolation=cv2.INTER_AREA)
    h, w = plate.shape[:2]
    box = box or _Rectangle(0, 0, 0, 0)
    beside = [(box.left, box.upper - h), (box.left, box.lower), (box.right - w, box.upper - h)]
    beside += [(box.right - w, box.lower), (box.right, box.upper), (box.left - w, box.upper)]
    places = []
    for x, y in beside:
        x, y = min(max(x, 0), width - w), min(max(y, 0), height - h)
        places.append(_Rectangle(x, y, x + w, y + h))
    free = (place for place in places if not any(place.overlaps(other) for other in taken))
    place = next(free, places[0])
    picture[place.upper : place.lower, place.left : place.right] = plate
    return place


@functools.cache
def _font(file: Path, height: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file), height)


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue
