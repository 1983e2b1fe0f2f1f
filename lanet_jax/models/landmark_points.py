"""Coordinates predicted by the landmark branch, and their error."""

import numpy as np
from jaxtyping import Bool, Float


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


def mean_error(
    predicted: Float[np.ndarray, "N L 2"],
    true: Float[np.ndarray, "N L 2"],
    known: Bool[np.ndarray, "N L"],
    eyes: tuple[int, int] | None,
) -> float:
    """Measures how far predicted points lie from the true ones.

    Args:
      predicted: predicted x and y of each landmark.
      true: true coordinates in the same frame.
      known: which points count.
      eyes: outer corners of the eyes, whose distance is the unit; None for the frame's own unit.

    Returns:
      With `eyes` the mean distance over the eyes' distance, of faces whose eyes are known; else the
      root mean square difference of the coordinates. nan if no point counts.
    """
    if eyes is None:
        return float(np.sqrt(np.mean((predicted - true)[known] ** 2))) if known.any() else np.nan
    apart = np.linalg.norm(true[:, eyes[0]] - true[:, eyes[1]], axis=-1)
    usable = known[:, list(eyes)].all(axis=1) & (apart > 0)
    off = np.linalg.norm(predicted - true, axis=-1)[usable] / apart[usable][:, None]
    return float(np.mean(off[known[usable]])) if known[usable].any() else np.nan


def record_errors(
    predicted: Float[np.ndarray, "N L 2"],
    true: Float[np.ndarray, "N L 2"],
    known: Bool[np.ndarray, "N L"],
    eyes: tuple[int, int] | None,
) -> Float[np.ndarray, " N"]:
    """Measures each record as `mean_error` does all: squared where that takes the root.

    Args:
      predicted: see `mean_error`.
      true: see `mean_error`.
      known: see `mean_error`.
      eyes: see `mean_error`.

    Returns:
      The mean over a record's points; nan for a record of which none counts.
    """
    one_by_one = zip(predicted, true, known, strict=True)
    each = [mean_error(p[None], t[None], k[None], eyes) for p, t, k in one_by_one]
    return np.array(each) if eyes is not None else np.square(each)
