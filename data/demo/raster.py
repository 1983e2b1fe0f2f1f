"""Fills polygons with integer arithmetic alone.

Drawing libraries change which border pixels they fill between versions; this does not.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

_UNIT = 16  # corners are rounded to 1/16 pixel


def topmost(
    layers: Sequence[Sequence[Float[np.ndarray, "P 2"]]], side: int
) -> Int[np.ndarray, "H W"]:
    """Finds the topmost layer over each pixel's centre.

    Args:
      layers: layers from back to front, each of closed outlines in image widths; where outlines of
        a layer overlap an even number of times it has a hole.
      side: width and height in pixels.

    Returns:
      Index of the layer, -1 where there is none.
    """
    outlines = [outline for layer in layers for outline in layer]
    lengths = np.array([len(outline) for outline in outlines])
    owner = np.repeat(np.arange(len(layers)), [len(layer) for layer in layers])
    corner = np.rint(np.concatenate(outlines) * (side * _UNIT)).astype(np.int64)
    last = lengths.cumsum() - 1
    follower = np.arange(1, len(corner) + 1)
    follower[last] = last + 1 - lengths

    other = corner[follower]
    upward = (corner[:, 1] > other[:, 1])[:, None]
    top, bottom = np.where(upward, other, corner), np.where(upward, corner, other)
    first, end = (np.clip(_first_centre(y), 0, side) for y in (top[:, 1], bottom[:, 1]))
    edge = np.repeat(np.arange(len(corner)), end - first)
    row = first[edge] + _within_group(end - first)
    (x, y), (dx, dy) = top[edge].T, (bottom - top)[edge].T
    crossing = x + (row * _UNIT + _UNIT // 2 - y) * dx // dy
    column = np.clip(_first_centre(crossing), 0, side)

    # Sorted by layer, row and column, the crossings of a closed outline come in pairs.
    line = np.repeat(owner, lengths)[edge] * side + row
    spans = np.sort(line * (side + 1) + column).reshape(-1, 2)
    width = spans[:, 1] - spans[:, 0]
    line, column = np.divmod(spans[:, 0], side + 1)
    layer, row = np.divmod(line, side)
    pixel = np.repeat(row * side + column, width) + _within_group(width)
    picture = np.full(side * side, -1, np.int32)
    # For repeated pixels numpy keeps the last, topmost one.
    picture[pixel] = np.repeat(layer, width)
    return picture.reshape(side, side)


def _first_centre(position: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """The first pixel whose centre does not lie before a position."""
    return -((_UNIT // 2 - position) // _UNIT)


def _within_group(sizes: Int[np.ndarray, " n"]) -> Int[np.ndarray, " m"]:
    """0, 1, 2 ... within each of several groups that follow each other."""
    return np.arange(sizes.sum()) - np.repeat(sizes.cumsum() - sizes, sizes)
