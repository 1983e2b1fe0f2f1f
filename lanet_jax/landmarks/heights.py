"""One unit for x and y of landmarks, whatever the shape of their image."""

import numpy as np
from jaxtyping import Float


def in_heights(
    points: Float[np.ndarray, "N L 2"], aspect: Float[np.ndarray, " N"]
) -> Float[np.ndarray, "N L 2"]:
    """Turns fractions of an image's width and height into fractions of its height.

    Args:
      points: x in fractions of the width, y in fractions of the height.
      aspect: width over height of each image.

    Returns:
      The points, between which there are distances.
    """
    return points * np.stack([aspect, np.ones_like(aspect)], axis=-1)[:, None]
