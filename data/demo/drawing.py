"""One record of the demo: a face that depends on its split and index alone."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from .action_units import draw_expression, votes
from .appearance import draw_camera, draw_palette, draw_pose, draw_style
from .face_shape import draw_identity
from .posed_face import build_geometry
from .render import render

SPLITS = ("train", "test")
SEED = 2023
# Shares of the classes, in canonical order: unequal, as in datasets of real faces.
SHARES = np.array([0.12, 0.10, 0.10, 0.20, 0.14, 0.13, 0.14, 0.07])


@dataclass(frozen=True)
class Drawing:
    """A synthetic face with its ground truth.

    Attributes:
      pixels: RGB, 0 to 255.
      landmarks: the 68 points in iBUG order, in [0, 1] of the width and height, clipped there.
      present: whether a landmark lies inside the image.
      label: the dominant expression.
      votes: ten votes that follow the true label distribution.
    """

    pixels: UInt8[np.ndarray, "H W 3"]
    landmarks: Float[np.ndarray, "68 2"]
    present: Bool[np.ndarray, "68"]
    label: int
    votes: Int[np.ndarray, " C"]

    def png(self) -> bytes:
        """The pixels as a PNG file."""
        return cv2.imencode(".png", self.pixels[..., ::-1])[1].tobytes()


def draw(split: str, index: int, size: int = 48) -> Drawing:
    """Draws a record; the same arguments give the same pixels on every machine.

    Args:
      split: one of `SPLITS`.
      index: index of the record within its split.
      size: width and height in pixels.

    Returns:
      Pixels, landmarks, label and votes.
    """
    rng = np.random.RandomState([SEED, SPLITS.index(split), index])
    expression = draw_expression(int(np.searchsorted(SHARES.cumsum(), rng.uniform())), rng)
    identity, style, palette = draw_identity(rng), draw_style(rng), draw_palette(rng)
    pose, camera = draw_pose(rng), draw_camera(rng)
    geometry = build_geometry(expression.units, identity, style, pose)
    pixels = render(geometry, style, palette, pose, camera, size, rng)
    inside = np.all((geometry.landmarks >= 0) & (geometry.landmarks <= 1), axis=1)
    return Drawing(
        pixels,
        np.clip(geometry.landmarks, 0, 1),
        inside,
        expression.label,
        votes(expression.distribution),
    )
