"""Rotated squares of an image: cutting them out, and mapping points between the two frames.

Pixel i covers [i, i + 1), so that coordinates divided by the image's size are in [0, 1].
"""

import dataclasses
import math

import cv2
import numpy as np
from jaxtyping import Float, UInt8

_MOST_SAMPLES = 8  # along each side of a pixel of the cut


@dataclasses.dataclass(frozen=True)
class Square:
    """A square of an image, which may be rotated and reach beyond the image.

    Attributes:
      x: x of its centre, in pixels of the image.
      y: y of its centre, in pixels of the image.
      side: length of its side, in pixels of the image.
      angle: angle of its upper edge, in radians; clockwise is positive, since y points down.
    """

    x: float
    y: float
    side: float
    angle: float = 0.0

    @classmethod
    def around(cls, points: Float[np.ndarray, "L 2"], angle: float, scale: float) -> "Square":
        """The square rotated by `angle` that just holds all points, enlarged by `scale`."""
        turn = _rotation(-angle)
        upright = points @ turn.T
        low, high = upright.min(0), upright.max(0)
        x, y = ((low + high) / 2) @ turn
        return cls(float(x), float(y), scale * float((high - low).max()), angle)

    def to_image(self, points: Float[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Points from the square's frame, [0, 1] along each side, to pixels of the image."""
        return (points - 0.5) * self.side @ _rotation(self.angle).T + [self.x, self.y]

    def from_image(self, points: Float[np.ndarray, "*n 2"]) -> Float[np.ndarray, "*n 2"]:
        """Points from pixels of the image to the square's frame, [0, 1] along each side."""
        return (points - [self.x, self.y]) @ _rotation(self.angle) / self.side + 0.5

    def cut(
        self, image: UInt8[np.ndarray, "H W 3"], size: int, border: int = cv2.BORDER_CONSTANT
    ) -> UInt8[np.ndarray, "size size 3"]:
        """Cuts the square out and resizes it.

        Args:
          image: pixels in any order of channels.
          size: side of the result in pixels.
          border: OpenCV's border mode beyond the image; black by default.

        Returns:
          The cut; where it is smaller than the square, each pixel averages its area.
        """
        # Sampling a single point of the image for each pixel would alias.
        samples = min(_MOST_SAMPLES, max(1, round(self.side / size)))
        fine = size * samples
        corners = np.array([[0.5, 0.5], [fine - 0.5, 0.5], [0.5, fine - 0.5]]) / fine
        to_fine = cv2.getAffineTransform(
            (self.to_image(corners) - 0.5).astype(np.float32),
            (corners * fine - 0.5).astype(np.float32),
        )
        pixels = cv2.warpAffine(image, to_fine, (fine, fine), borderMode=border)
        if samples > 1:
            pixels = cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA)
        return pixels


def direction(start: Float[np.ndarray, "2"], end: Float[np.ndarray, "2"]) -> float:
    """The angle of the line from one point to another, as a `Square`'s angle."""
    x, y = np.subtract(end, start)
    return math.atan2(y, x)


def _rotation(angle: float) -> Float[np.ndarray, "2 2"]:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])
