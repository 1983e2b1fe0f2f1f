"""Finds faces in a photo: two detectors over the whole image, one over ever smaller tiles."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, UInt8

from lanet_jax.faces import anchors, downloads
from lanet_jax.faces.anchors import Candidates
from lanet_jax.faces.litert import Network
from lanet_jax.faces.square import Square

SURE = 0.5  # least score of a candidate
FINDS = 0.06  # smallest face that is found, as a share of a tile's side; turned faces need more
_FINEST = 128  # pixels; enlarging smaller tiles shows the network nothing new
_MARGIN = 0.02  # of a tile's side; a box this close to the tile's edge may be cut off
_STEP, _LATER_STEP = 0.5, 0.75  # from tile to tile, as shares of their side
_SMALL = 0.16  # share of a tile's side; where such faces are, there may be smaller ones
_LARGEST = 0.5  # share of a tile's side; larger faces are seen whole on the tiles before


class Detector:
    """One single-shot detector.

    Args:
      path: path of the model file.
      grids: stride in pixels and number of anchors per cell, for each grid.
    """

    def __init__(self, path: Path, grids: Sequence[tuple[int, int]]) -> None:
        self._network = Network(path, low=-1.0)
        self._anchors = anchors.grid_anchors(self._network.side, grids)

    def __call__(self, image: UInt8[np.ndarray, "H W 3"], square: Square) -> Candidates:
        """Candidates in one square of an RGB image, in pixels of the image, several per face."""
        side = self._network.side
        raw, logits = self._network(square.cut(image, side))
        found = anchors.decode(raw, logits, self._anchors, side, SURE)
        boxes = square.to_image(found.boxes.reshape(-1, 2, 2)).reshape(-1, 4)
        return Candidates(boxes, square.to_image(found.keypoints), found.scores)


class FaceDetector:
    """All faces of a photo: a detector for close-ups and one for faces of all other sizes."""

    def __init__(self) -> None:
        self._near = Detector(downloads.path("short"), grids=((8, 2), (16, 6)))
        self._far = Detector(downloads.path("full"), grids=((4, 1),))

    def __call__(
        self, image: UInt8[np.ndarray, "H W 3"], smallest: float, finer: bool = False
    ) -> Candidates:
        """Finds faces.

        Args:
          image: RGB, 0 to 255.
          smallest: side of the smallest face sought, as a share of the image's longer side.
          finer: continue to smaller tiles as long as the last ones held small faces, as in crowds.

        Returns:
          One candidate per face, best first, in pixels of the image.
        """
        height, width = image.shape[:2]
        (whole,) = tiles(height, width, 0)
        found = [self._near(image, whole), self._far(image, whole)]
        sought, level = levels(height, width, smallest), 1
        most = _possible(height, width) if finer else sought
        while level <= most:
            level_found = []
            for tile in tiles(height, width, level):
                seen = self._far(image, tile)
                level_found.append(seen[_is_whole(seen, tile, height, width)])
            found += level_found
            boxes = anchors.join(level_found).boxes
            small = boxes[:, 2] - boxes[:, 0] <= _SMALL * max(height, width) / 2**level
            if level >= sought and not small.any():
                break
            level += 1
        return anchors.merge(anchors.join(found))


def levels(height: int, width: int, smallest: float) -> int:
    """How often tiles must be halved to find faces of a size.

    Args:
      height: height of the image in pixels.
      width: its width in pixels.
      smallest: side of the smallest face sought, as a share of the longer side; above 0.

    Returns:
      The last level of `tiles` to look at; 0 is the whole image.
    """
    if smallest >= FINDS:
        return 0
    sought = math.ceil(math.log2(FINDS / smallest) - 1e-9)
    return min(sought, _possible(height, width))


def _possible(height: int, width: int) -> int:
    return math.floor(math.log2(max(height, width, _FINEST) / _FINEST))


def tiles(height: int, width: int, level: int) -> list[Square]:
    """Squares of the image's longer side over 2**level that cover it.

    They overlap by half on the first level. Later a quarter is enough, as the level before has
    found the faces that are larger than an eighth of a square.

    Args:
      height: height of the image in pixels.
      width: its width in pixels.
      level: how often the side is halved, from 0.

    Returns:
      The squares, row by row, in pixels of the image.
    """
    side = max(height, width) / 2**level
    step = side * (_STEP if level < 2 else _LATER_STEP)

    def starts(length: int) -> list[float]:
        if length <= side:
            return [(length - side) / 2]
        steps = math.ceil((length - side) / step - 1e-9)
        return [step * (length - side) / steps for step in range(steps + 1)]

    return [Square(x + side / 2, y + side / 2, side) for y in starts(height) for x in starts(width)]


def _is_whole(found: Candidates, tile: Square, height: int, width: int) -> Bool[np.ndarray, " A"]:
    """Which faces lie well inside the tile (or at the image's edge) and are small enough in it."""
    margin, edge = _MARGIN * tile.side, np.array([width, height])
    low = np.array([tile.x, tile.y]) - tile.side / 2
    high = low + tile.side
    inside = (found.boxes[:, :2] >= low + margin) | (low <= margin)
    inside &= (found.boxes[:, 2:] <= high - margin) | (high >= edge - margin)
    return inside.all(1) & (found.boxes[:, 2] - found.boxes[:, 0] <= _LARGEST * tile.side)
