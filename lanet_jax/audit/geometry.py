"""Faces compared by where their brows, eyes and mouth are: a view that no label has touched."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

_ROUNDS = 5
# Of iBUG-68 neither jaw nor nose: they tell whose face it is and where it looks.
_EXPRESSIVE = {"ibug68": (*range(17, 27), *range(36, 68))}


def features(
    points: Float[np.ndarray, "N L 2"],
    known: Bool[np.ndarray, "N"],
    scheme: str,
    flip_index: Sequence[int],
) -> Float[np.ndarray, "N F"]:
    """Landmarks free of place, size, tilt and side.

    Each face is laid on the mean face (Procrustes analysis without reflection) and averaged with
    its mirror image.

    Source: Gower, "Generalized Procrustes analysis", Psychometrika 1975.

    Args:
      points: landmarks, in pixels.
      known: whether a face's can be trusted.
      scheme: of the landmarks.
      flip_index: the point that lands at each after a mirror.

    Returns:
      Coordinates; those of the mean face for a face whose landmarks are not known.
    """
    swap = list(flip_index)
    centred = points - points.mean(axis=1, keepdims=True)
    size = np.sqrt((centred**2).sum(axis=(1, 2), keepdims=True))
    faces = np.divide(centred, size, out=np.zeros_like(centred), where=size > 0)
    known = known & (size[:, 0, 0] > 0)
    mean = faces[known][0]
    for _ in range(_ROUNDS):
        mean = _laid_on(faces[known], mean).mean(axis=0)
        mean = (mean + (mean * [-1, 1])[swap]) / 2
        mean /= np.sqrt((mean**2).sum())
    laid = _laid_on(faces, mean)
    both = (laid + (laid * [-1, 1])[:, swap]) / 2  # the mean face is its own mirror image
    both[~known] = both[known].mean(axis=0)
    kept = list(_EXPRESSIVE.get(scheme, range(points.shape[1])))
    return both[:, kept].reshape(len(points), -1).astype(np.float32)


def _laid_on(
    faces: Float[np.ndarray, "N L 2"], mean: Float[np.ndarray, "L 2"]
) -> Float[np.ndarray, "N L 2"]:
    """Faces of size 1, turned and scaled for the least squares from the mean face.

    Source: Umeyama, "Least-squares estimation of transformation parameters between two point
    patterns", PAMI 1991.
    """
    u, s, vt = np.linalg.svd(np.einsum("nij,ik->njk", faces, mean))
    sign = np.sign(np.linalg.det(u @ vt))
    u[:, :, 1] *= sign[:, None]
    scale = s[:, 0] + sign * s[:, 1]
    return faces @ (u @ vt) * scale[:, None, None]
