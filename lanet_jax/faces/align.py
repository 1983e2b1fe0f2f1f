"""Cuts out faces so that their eyes are level, at the same place and distance in every cut."""

import numpy as np
from jaxtyping import Float, UInt8

from lanet_jax.errors import UserError
from lanet_jax.faces.square import Square, direction

# Shares of the cut's side: the medians of FER+'s own crops, so that a network trained on these sees
# faces as it knows them.
EYE_DISTANCE = 0.37
EYE_HEIGHT = 0.39
EYES_TO_MOUTH = 0.40

Points = tuple[int, ...]
# The eye on the image's left, the one on its right, the mouth.
PARTS: dict[str, tuple[Points, Points, Points]] = {
    "points5": ((0,), (1,), (3, 4)),
    "aflw19": ((6, 8), (9, 11), (15, 17)),
    "ibug68": (tuple(range(36, 42)), tuple(range(42, 48)), tuple(range(48, 68))),
    "wflw98": (tuple(range(60, 68)), tuple(range(68, 76)), tuple(range(76, 96))),
}


def align(
    image: UInt8[np.ndarray, "H W 3"],
    landmarks: Float[np.ndarray, "L 2"],
    size: int,
    scheme: str = "ibug68",
) -> UInt8[np.ndarray, "size size 3"]:
    """Cuts a face out, aligned by its eyes.

    Args:
      image: pixels in any order of channels; beyond its edges the cut is black.
      landmarks: landmarks of the face, in pixels of the image.
      size: side of the result in pixels.
      scheme: order of the landmarks, a name of `landmarks.schemes`.

    Returns:
      The cut: eyes level, EYE_HEIGHT of its side below its upper edge and EYE_DISTANCE apart.

    Raises:
      UserError: as `aligned_square` does.
    """
    return aligned_square(landmarks, scheme).cut(image, size)


def require(scheme: str) -> None:
    """Checks that faces can be aligned by landmarks of a scheme.

    Raises:
      UserError: it is not known which points of the scheme are the eyes.
    """
    if scheme not in PARTS:
        raise UserError(
            f"faces cannot be aligned by landmarks of the scheme {scheme!r}; "
            f"{', '.join(PARTS)} can be used"
        )


def aligned_square(landmarks: Float[np.ndarray, "L 2"], scheme: str = "ibug68") -> Square:
    """The square that `align` cuts; its methods bring points into the cut and back.

    When a face turns away, its eyes appear closer together. So the distance from the eyes to the
    mouth counts too, if it asks for a larger square.

    Args:
      landmarks: landmarks of the face, in pixels of the image.
      scheme: order of the landmarks, a name of `landmarks.schemes`.

    Returns:
      The square.

    Raises:
      UserError: it is not known which points of the scheme are the eyes, or the eyes coincide.
    """
    require(scheme)
    left, right, mouth = (landmarks[list(part)].mean(0) for part in PARTS[scheme])
    between = (left + right) / 2
    side = max(
        float(np.linalg.norm(right - left)) / EYE_DISTANCE,
        float(np.linalg.norm(mouth - between)) / EYES_TO_MOUTH,
    )
    if not (np.isfinite(side) and side > 0):
        raise UserError("a face without landmarks cannot be aligned: use only faces that are ok")
    angle = direction(left, right)
    x, y = Square(between[0], between[1], side, angle).to_image(np.array([0.5, 1 - EYE_HEIGHT]))
    return Square(float(x), float(y), side, angle)
