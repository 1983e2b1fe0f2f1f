"""Coordinates predicted by the landmark branch."""

import numpy as np
from jaxtyping import Float


def points(predicted: Float[np.ndarray, "B ..."]) -> Float[np.ndarray, "B L 2"]:
    """Converts a head's output to coordinates.

    Args:
      predicted: coordinates [B, L, 2], or heatmaps [B, h, w, L], whose peaks are taken.

    Returns:
      x and y in the head's own frame; for heatmaps in fractions of the image.
    """
    if predicted.ndim == 3:
        return predicted
    height, width = predicted.shape[1:3]
    peak = predicted.reshape(len(predicted), height * width, -1).argmax(axis=1)
    return np.stack([(peak % width + 0.5) / width, (peak // width + 0.5) / height], axis=-1)
