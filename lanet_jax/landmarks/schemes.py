"""Landmark schemes: the number of points, and which point is which after mirroring."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment

from lanet_jax.errors import UserError


@dataclass(frozen=True)
class Scheme:
    """One published order of facial landmarks.

    Attributes:
      points: number of landmarks, L.
      flip_index: `flip_index[j]` is the point that lands at j when the image is mirrored left to
        right, so that `points_flipped = mirrored[flip_index]`. It is its own inverse.
      expressive: the points of brows, eyes and mouth, which an expression moves.
      eyes: the outer corners of the eyes (of `points5` their centres), whose distance is the usual
        unit of landmark errors.
      order: the order in words; left and right are the image's, numbers start from 0.
    """

    points: int
    flip_index: tuple[int, ...]
    expressive: tuple[int, ...]
    eyes: tuple[int, int]
    order: str


def _scheme(
    points: int, pairs: list[tuple[int, int]], eyes: tuple[int, int], order: str, *expressive: range
) -> Scheme:
    index = list(range(points))
    for left, right in pairs:
        index[left], index[right] = right, left
    return Scheme(points, tuple(index), tuple(itertools.chain(*expressive)), eyes, order)


def _facing(first: int, last: int, mirror_of_first: int) -> list[tuple[int, int]]:
    """Pairs consecutive points with those that mirror them in reverse order."""
    return [(first + step, mirror_of_first - step) for step in range(last - first + 1)]


_POINTS5 = [(0, 1), (3, 4)]  # eyes, nose, mouth corners

_AFLW19 = [
    *_facing(0, 2, 5),  # brows
    *_facing(6, 8, 11),  # eyes
    (12, 14),  # nostrils
    (15, 17),  # mouth corners
]

_IBUG68 = [
    *_facing(0, 7, 16),  # jaw
    *_facing(17, 21, 26),  # brows
    *_facing(31, 32, 35),  # nostrils
    *_facing(36, 39, 45),  # upper lids with the eye corners
    *_facing(40, 41, 47),  # lower lids
    *_facing(48, 50, 54),  # outer lip, upper
    *_facing(55, 56, 59),  # outer lip, lower
    *_facing(60, 61, 64),  # inner lip, upper
    (65, 67),  # inner lip, lower
]

_WFLW98 = [
    *_facing(0, 15, 32),  # jaw
    *_facing(33, 37, 46),  # brows, upper edge
    *_facing(38, 41, 50),  # brows, lower edge
    *_facing(55, 56, 59),  # nostrils
    *_facing(60, 64, 72),  # upper lids with the eye corners
    *_facing(65, 67, 75),  # lower lids
    *_facing(76, 78, 82),  # outer lip, upper
    *_facing(83, 84, 87),  # outer lip, lower
    *_facing(88, 89, 92),  # inner lip, upper
    (93, 95),  # inner lip, lower
    (96, 97),  # pupils
]

_POINTS5_ORDER = (
    "0 left eye (its centre), 1 right eye, 2 tip of the nose, 3 left and 4 right corner of the "
    "mouth"
)
_AFLW19_ORDER = (
    "0-2 left brow and 3-5 right brow (left end, middle, right end), 6-8 left eye and 9-11 right "
    "eye (left corner, centre, right corner), 12-14 nose (left wing, tip, right wing), 15-17 mouth "
    "(left corner, centre, right corner), 18 chin"
)
_IBUG68_ORDER = (
    "0-16 jaw from left to right (8 chin), 17-21 left brow and 22-26 right brow from left to "
    "right, 27-30 bridge of the nose from above to its tip, 31-35 below the nose from left to "
    "right, 36-41 left eye and 42-47 right eye (left corner, upper lid, right corner, lower lid), "
    "48-59 outer lip and 60-67 inner lip (left corner, upper edge, right corner, lower edge)"
)
_WFLW98_ORDER = (
    "0-32 jaw from left to right (16 chin), 33-41 left brow (33-37 upper edge from left to right, "
    "38-41 lower edge back), 42-50 right brow (42-46 upper edge, 47-50 lower edge back), 51-54 "
    "bridge of the nose from above to its tip, 55-59 below the nose from left to right, 60-67 left "
    "eye and 68-75 right eye (left corner, upper lid, right corner, lower lid), 76-87 outer lip "
    "and 88-95 inner lip (left corner, upper edge, right corner, lower edge), 96 left and 97 right "
    "pupil"
)

SCHEMES: dict[str, Scheme] = {
    "points5": _scheme(5, _POINTS5, (0, 1), _POINTS5_ORDER, range(2), range(3, 5)),
    "aflw19": _scheme(19, _AFLW19, (6, 11), _AFLW19_ORDER, range(12), range(15, 18)),
    "ibug68": _scheme(68, _IBUG68, (36, 45), _IBUG68_ORDER, range(17, 27), range(36, 68)),
    "wflw98": _scheme(98, _WFLW98, (60, 72), _WFLW98_ORDER, range(33, 51), range(60, 98)),
}

_MOST_ASYMMETRY = 0.05  # mean distance of paired points over the face's width


def infer_flip_index(mean_points: Float[np.ndarray, "L 2"]) -> list[int]:
    """Finds the flip index of an unpublished scheme from its mean face.

    The mean face is mirrored about its mean x and matched to itself at the least total distance.

    Args:
      mean_points: mean x and y of each landmark over many faces, in any unit; NaN for one that no
        face has.

    Returns:
      `flip_index` as in `Scheme`; empty if the mean face is far from its mirror image (too few
      faces, all turned to one side, or no points on one side).

    Raises:
      UserError: no face has one of the points.
    """
    absent = np.flatnonzero(~np.isfinite(mean_points).all(axis=1))
    if len(absent):  # its partner would be paired with another point
        raise UserError(
            f"landmarks: no face has point {', '.join(map(str, absent[:5]))}"
            f"{' ...' if len(absent) > 5 else ''} (from 0) inside its image, so left and right "
            "points cannot be paired: leave such points, and their partners, out of the landmark "
            "file, or use a scheme of lanet_jax/landmarks/schemes.py"
        )
    if np.ptp(mean_points[:, 0]) > 0:
        distance = _to_mirrored(mean_points)
        rows, index = linear_sum_assignment(distance)
        if distance[rows, index].mean() < _MOST_ASYMMETRY and np.array_equal(index[index], rows):
            return index.tolist()
    return []


def asymmetry(mean_points: Float[np.ndarray, "L 2"], flip_index: Sequence[int]) -> float:
    """How far the mean face is from its mirror image, paired with it by a flip index.

    Args:
      mean_points: as for `infer_flip_index`, all finite and not all at one x.
      flip_index: as in `Scheme`.

    Returns:
      The mean distance between a point and its partner's mirror image, over the face's width.
    """
    distance = _to_mirrored(mean_points)
    return float(distance[np.arange(len(distance)), list(flip_index)].mean())


def _to_mirrored(mean_points: Float[np.ndarray, "L 2"]) -> Float[np.ndarray, "L L"]:
    """Distance of each point to each mirrored one, over the face's width."""
    mirrored = mean_points * [-1, 1] + [2 * mean_points[:, 0].mean(), 0]
    distance = np.linalg.norm(mean_points[:, None] - mirrored[None], axis=-1)
    return distance / np.ptp(mean_points[:, 0])
