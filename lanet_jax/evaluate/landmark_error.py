"""How far predicted landmarks lie from the true ones: of each point, of a record, of all."""

import numpy as np
from jaxtyping import Bool, Float


def landmark_errors(
    predicted: Float[np.ndarray, "N L 2"],
    true: Float[np.ndarray, "N L 2"],
    known: Bool[np.ndarray, "N L"],
    eyes: tuple[int, int] | None,
) -> Float[np.ndarray, "N L"]:
    """Measures each predicted point.

    Args:
      predicted: predicted x and y of each landmark.
      true: true coordinates in the same frame.
      known: which points count.
      eyes: outer corners of the eyes, whose distance is the unit; None for the frame's own unit.

    Returns:
      With `eyes` the distance over the eyes' distance; else the mean square difference of x and y.
      nan for a point that does not count: it is not known or, with `eyes`, these are not.
    """
    if eyes is None:
        return np.where(known, np.mean((predicted - true) ** 2, axis=-1), np.nan)
    apart = np.linalg.norm(true[:, eyes[0]] - true[:, eyes[1]], axis=-1)
    usable = known[:, list(eyes)].all(axis=1) & (apart > 0)
    off = np.linalg.norm(predicted - true, axis=-1) / np.where(usable, apart, 1)[:, None]
    return np.where(known & usable[:, None], off, np.nan)


def of_all(errors: Float[np.ndarray, "N L"], eyes: tuple[int, int] | None) -> float:
    """The mean over all points that count, as landmark branches are compared.

    Args:
      errors: of `landmark_errors`.
      eyes: as it was given; without eyes the squares are followed by a root.

    Returns:
      One number; nan if no point counts.
    """
    counted = errors[~np.isnan(errors)]
    if not len(counted):
        return np.nan
    return float(np.mean(counted) if eyes is not None else np.sqrt(np.mean(counted)))


def of_records(errors: Float[np.ndarray, "N L"]) -> Float[np.ndarray, " M"]:
    """The mean over each record's points, of the M records of which at least one counts.

    Args:
      errors: of `landmark_errors`.

    Returns:
      One number for each of these records, without a root.
    """
    counts = ~np.isnan(errors)
    some = counts.any(axis=1)
    return np.mean(errors[some], axis=1, where=counts[some])
