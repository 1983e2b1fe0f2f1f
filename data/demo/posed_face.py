"""From action units, identity and pose to exact landmarks and the outlines to draw."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from . import outlines
from .action_units import INDEX
from .appearance import Pose, Style
from .face_shape import Identity, move, rest_shape
from .outlines import LEFT, RIGHT, Path

_BEHIND = {"body": -0.6, "neck": -0.35, "hair_back": -0.55, "ear0": -0.12, "ear1": -0.12}
# They look the same from every side, so they stay when the head turns.
_SILHOUETTE = ("skull", "hair_front")


@dataclass(frozen=True)
class Geometry:
    """A posed face, in image widths.

    Attributes:
      landmarks: the 68 points in iBUG order.
      outlines: polygons by part name.
      strength: how strongly each soft part shows, 0 .. 1, by part name.
    """

    landmarks: Float[np.ndarray, "68 2"]
    outlines: dict[str, Path]
    strength: dict[str, float]


def _lift(p: Path) -> Float[np.ndarray, "P 3"]:
    """Puts flat points on the head: an ellipsoid with a nose on it."""
    x, y = p[:, 0], p[:, 1]
    skull = 0.85 * np.sqrt(np.maximum(0, 1 - (x / 1.15) ** 2 - ((y - 0.2) / 1.8) ** 2)) - 0.4
    ridge = np.interp(y, (-0.12, 0.0, 0.56, 0.68, 0.78, 0.9), (0, 0.05, 0.36, 0.30, 0.10, 0))
    return np.stack([x, y, skull + ridge * np.exp(-((x / 0.17) ** 2))], axis=1)


def _project(points: Float[np.ndarray, "P 3"], pose: Pose) -> Path:
    """Turns the head and looks at it through a long lens."""
    (sy, sp, sr), (cy, cp, cr) = (
        np.sin([pose.yaw, pose.pitch, pose.roll]),
        np.cos([pose.yaw, pose.pitch, pose.roll]),
    )
    x, y, z = points[:, 0], points[:, 1] - 0.3, points[:, 2]
    x, z = cy * x + sy * z, cy * z - sy * x
    y, z = cp * y + sp * z, cp * z - sp * y
    zoom = pose.scale * (1 + 0.08 * z)
    return np.stack([(cr * x - sr * y) * zoom, (sr * x + cr * y) * zoom], axis=1) + 0.5 + pose.shift


def _strength(units: Float[np.ndarray, "A 2"], age: float) -> dict[str, float]:
    """How strongly action units and age draw each soft part."""
    strength: dict[str, float] = {}
    for half in (LEFT, RIGHT):
        au = {unit: units[row, half] for unit, row in INDEX.items()}
        smile = max(au[12], au[9], 0.8 * au[10], 0.5 * au[20])
        strength |= {
            f"fold_smile{half}": 0.3 * age + 0.7 * smile,
            f"fold_frown{half}": 0.15 * age + 0.9 * au[4],
            f"fold_crow{half}": 0.15 * age + 0.7 * au[6],
            f"fold_dimple{half}": 0.8 * au[14],
            f"fold_bridge{half}": 0.9 * au[9],
            f"fold_bag{half}": 0.3 * age + 0.4 * au[6] + 0.3 * au[7],
            f"fold_crease{half}": 0.6,
            f"fold_tip{half}": 0.35,
            f"fold_socket{half}": 0.25 + 0.3 * au[4],
            f"cheek{half}": max(au[6], 0.6 * au[12], 0.5 * au[9]),
        }
    raised = 0.2 * age + 0.6 * min(1, units[INDEX[1]].mean())
    chin = 0.35 + 0.4 * units[INDEX[17]].mean()
    return {
        **strength,
        "fold_forehead0": raised,
        "fold_forehead1": 0.7 * raised,
        "fold_underlip": chin,
    }


def build_geometry(
    units: Float[np.ndarray, "A 2"], identity: Identity, style: Style, pose: Pose
) -> Geometry:
    """Poses a face.

    Args:
      units: intensity of each action unit on the image's left and right half.
      identity: the shape of this person's face.
      style: hair, beard, glasses and age.
      pose: turn, size and place of the head.

    Returns:
      Exact landmarks, and the outlines that `render` fills, from the same surface.
    """
    p = move(rest_shape(identity), units)
    parts = outlines.face(p, style, identity.brow_thickness)
    flat = np.concatenate([p, *parts.values()])
    lifted, start, places = _lift(flat), len(p), {}
    for name, part in parts.items():
        places[name] = slice(start, start + len(part))
        start += len(part)
        if name in _BEHIND:
            lifted[places[name], 2] = _BEHIND[name]
    for name in _SILHOUETTE:
        lifted[places[name], 2] = np.minimum(lifted[places[name], 2], 0.1)
    posed = _project(lifted, pose)
    strength = _strength(units, style.age)
    return Geometry(
        posed[: len(p)], {name: posed[place] for name, place in places.items()}, strength
    )
