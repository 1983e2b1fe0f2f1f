"""Landmarks in the face's own frame, without position, size and in-plane rotation.

Coordinates in a crop depend on the crop and on the pose of the head. Aligned to the mean face,
averaged with their mirror image and scaled to unit variance, they describe the expression, and no
crop or mirror of the image changes them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Complex, Float

_ROUNDS = 5  # of aligning to the mean and updating it; the fifth moves it by < 1e-3
_FEWEST = 3  # known points needed to align a face
_MOST = 20_000  # records that the statistics are taken from
_DISTINCT = 1e-5  # spread of a face's points over their distance from 0 that is not rounding
_FLAT = 0.02  # breadth of a face's points over their length; what is flatter lies on a line
_CONSTANT = 1e-6  # of the face's size; such as the midline's x, averaged with its mirror image


class FaceFrame(NamedTuple):
    """The statistics of a training set by which faces are aligned and scaled.

    Attributes:
      reference: mean shape, centred at 0 with a root mean square distance of 1 from there; it is
        mirror-symmetric if the scheme has flip pairs.
      mean: mean of the kept, aligned points.
      std: their standard deviation; infinite for coordinates that do not vary.
    """

    reference: Float[np.ndarray, "L 2"]
    mean: Float[np.ndarray, "P 2"]
    std: Float[np.ndarray, "P 2"]


class Shapes(NamedTuple):
    """Faces in the frame.

    Attributes:
      points: z-scores of x and y; 0 where not known.
      known: which points are known.
    """

    points: Float[np.ndarray, "N P 2"]
    known: Bool[np.ndarray, "N P"]


def fit(
    points: Float[np.ndarray, "N L 2"],
    present: Bool[np.ndarray, "N L"],
    kept: Sequence[int],
    flip_index: Sequence[int],
) -> FaceFrame:
    """Fits the frame of a training set, by generalised Procrustes analysis.

    Args:
      points: x and y in pixels or another isotropic unit; absent points may hold anything.
      present: which landmarks are known.
      kept: indices of the landmarks that `shapes` returns.
      flip_index: `schemes.Scheme.flip_index`; empty if no pairs are known.

    Returns:
      The frame. Without any face that can be aligned, all its scores are 0.
    """
    rows = np.flatnonzero(present.any(axis=1))
    rows = rows[np.linspace(0, len(rows) - 1, min(_MOST, len(rows))).astype(int)]
    z, w = _complex(points[rows], present[rows])
    usable = _usable(z, w)
    z, w = z[usable], w[usable]
    if not len(z):
        empty = np.zeros((len(kept), 2), np.float32)
        return FaceFrame(np.zeros((points.shape[1], 2), np.float32), empty, empty + np.inf)
    centred = z - _mean(z, w)[:, None]
    sizes = np.sqrt(_mean(np.abs(centred) ** 2, w))
    reference = _normalised(_mean((centred / sizes[:, None]).T, w.T))
    for _ in range(_ROUNDS):
        reference = _normalised(_mean(_aligned(z, w, reference).T, w.T))
        if len(flip_index):
            reference = (reference - reference[list(flip_index)].conj()) / 2
    shapes, known = _symmetric(z, w, reference, kept, flip_index)
    values, counts = _axes(shapes), np.maximum(known.sum(axis=0), 1)[:, None]
    mean = np.where(known[..., None], values, 0).sum(axis=0) / counts
    variance = np.where(known[..., None], (values - mean) ** 2, 0).sum(axis=0) / counts
    std = np.where(variance > _CONSTANT**2, np.sqrt(variance), np.inf)
    return FaceFrame(*(x.astype(np.float32) for x in (_axes(reference), mean, std)))


def shapes(
    frame: FaceFrame,
    points: Float[np.ndarray, "N L 2"],
    present: Bool[np.ndarray, "N L"],
    kept: Sequence[int],
    flip_index: Sequence[int],
) -> Shapes:
    """Maps faces into a frame.

    Args:
      frame: frame from `fit`.
      points: landmarks as for `fit`.
      present: which landmarks are known.
      kept: indices of the landmarks to return, as for `fit`.
      flip_index: as for `fit`.

    Returns:
      Their shapes; a face whose known landmarks are fewer than three, or coincide or lie on a line,
      has no known points.
    """
    found = np.zeros((len(points), len(kept), 2), np.float32)
    known = np.zeros((len(points), len(kept)), bool)
    reference = _complex(frame.reference, np.ones(len(frame.reference), bool))[0]
    for start in range(0, len(points), _MOST):
        rows = slice(start, start + _MOST)
        z, w = _complex(points[rows], present[rows])
        usable = _usable(z, w)
        values, seen = _symmetric(z[usable], w[usable], reference, kept, flip_index)
        scores = (_axes(values) - frame.mean) / frame.std
        found[rows][usable] = np.where(seen[..., None], scores, 0)
        known[rows][usable] = seen
    return Shapes(found, known)


def _complex(
    points: Float[np.ndarray, "*N L 2"], present: Bool[np.ndarray, "*N L"]
) -> tuple[Complex[np.ndarray, "*N L"], Bool[np.ndarray, "*N L"]]:
    """Points as x + iy, so that rotation and scaling are one multiplication."""
    z = points[..., 0].astype(np.float64) + 1j * points[..., 1]
    return np.where(present, z, 0), present


def _axes(z: Complex[np.ndarray, "*N"]) -> Float[np.ndarray, "*N 2"]:
    return np.stack([z.real, z.imag], axis=-1)


def _mean(z: np.ndarray, w: Bool[np.ndarray, "N L"]) -> np.ndarray:
    """The mean of the known values over the last axis."""
    return np.where(w, z, 0).sum(axis=-1) / np.maximum(w.sum(axis=-1), 1)


def _usable(z: Complex[np.ndarray, "N L"], w: Bool[np.ndarray, "N L"]) -> Bool[np.ndarray, " N"]:
    """Which faces have enough known points that neither coincide nor lie on a line."""
    centred = z - _mean(z, w)[:, None]
    spread = _mean(np.abs(centred) ** 2, w)
    distinct = spread > _DISTINCT**2 * _mean(np.abs(z) ** 2, w)
    # The squared singular values of the points are spread +- stretch.
    stretch = np.abs(_mean(centred**2, w))
    broad = spread - stretch > _FLAT**2 * (spread + stretch)
    return (w.sum(axis=-1) >= _FEWEST) & distinct & broad & np.isfinite(spread)


def _normalised(reference: Complex[np.ndarray, " L"]) -> Complex[np.ndarray, " L"]:
    centred = reference - reference.mean()
    return centred / np.sqrt(np.mean(np.abs(centred) ** 2))


def _aligned(
    z: Complex[np.ndarray, "N L"], w: Bool[np.ndarray, "N L"], reference: Complex[np.ndarray, " L"]
) -> Complex[np.ndarray, "N L"]:
    """Moves, rotates and scales faces onto the reference, by least squares over known points."""
    centre = _mean(z, w)[:, None]
    to = _mean(np.broadcast_to(reference, z.shape), w)[:, None]
    turn = _mean((z - centre).conj() * (reference - to), w) / _mean(np.abs(z - centre) ** 2, w)
    return turn[:, None] * (z - centre) + to


def _symmetric(
    z: Complex[np.ndarray, "N L"],
    w: Bool[np.ndarray, "N L"],
    reference: Complex[np.ndarray, " L"],
    kept: Sequence[int],
    flip_index: Sequence[int],
) -> tuple[Complex[np.ndarray, "N P"], Bool[np.ndarray, "N P"]]:
    """The kept points of aligned faces, each averaged with its mirror image where there is one."""
    kept = list(kept)
    own = _aligned(z, w, reference)[:, kept]
    if not len(flip_index):
        return own, w[:, kept]
    flip = list(flip_index)
    mirrored = _aligned(-z[:, flip].conj(), w[:, flip], reference)[:, kept]
    both = np.stack([own, mirrored], axis=-1)
    known = np.stack([w[:, kept], w[:, flip][:, kept]], axis=-1)
    return _mean(both, known), np.any(known, axis=-1)
