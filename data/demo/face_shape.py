"""The shape of a face in its own plane: landmarks at rest, identity, effect of action units.

Face units: x grows to the image's right, y grows down, the origin lies between the eyes and half
the face's width is 1. Tables state the image-right half only; the left half mirrors it.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lanet_jax.landmarks.schemes import SCHEMES

from .action_units import ACTION_UNITS

POINTS = SCHEMES["ibug68"].points
MIRROR = np.array(SCHEMES["ibug68"].flip_index)

_REST = {
    **{8: (0, 1.45), 9: (0.23, 1.42), 10: (0.45, 1.32), 11: (0.64, 1.15), 12: (0.77, 0.92)},
    **{13: (0.87, 0.66), 14: (0.93, 0.39), 15: (0.95, 0.12), 16: (0.96, -0.14)},
    **{
        22: (0.17, -0.355),
        23: (0.30, -0.405),
        24: (0.45, -0.42),
        25: (0.60, -0.39),
        26: (0.74, -0.30),
    },
    **{27: (0, -0.05), 28: (0, 0.16), 29: (0, 0.37), 30: (0, 0.55)},
    **{33: (0, 0.72), 34: (0.10, 0.70), 35: (0.20, 0.66)},
    **{42: (0.22, 0.03), 43: (0.34, -0.10), 44: (0.52, -0.11), 45: (0.65, 0.0)},
    **{46: (0.52, 0.09), 47: (0.35, 0.10)},
    **{51: (0, 0.925), 52: (0.09, 0.905), 53: (0.24, 0.945), 54: (0.38, 1.02)},
    **{55: (0.25, 1.10), 56: (0.11, 1.145), 57: (0, 1.155)},
    **{62: (0, 1.022), 63: (0.13, 1.016), 64: (0.34, 1.02), 65: (0.13, 1.016), 66: (0, 1.022)},
}

# {action unit: {point: (outward, down) at intensity 1}}.
_MOVES: dict[int, dict[int, tuple[float, float]]] = {
    1: {22: (0, -0.21), 23: (0, -0.14), 24: (0, -0.04)},
    2: {23: (0, -0.05), 24: (0, -0.10), 25: (0, -0.17), 26: (0, -0.13)},
    4: {22: (-0.07, 0.15), 23: (-0.05, 0.13), 24: (-0.03, 0.08), 25: (-0.01, 0.05), 26: (0, 0.04)},
    5: {43: (0, -0.09), 44: (0, -0.09)},
    6: {26: (0, 0.03), 45: (0, -0.01), 46: (0, -0.075), 47: (0, -0.065)},
    7: {43: (0, 0.045), 44: (0, 0.045), 46: (0, -0.045), 47: (0, -0.045)},
    9: {
        **{22: (-0.03, 0.10), 23: (-0.02, 0.07), 30: (0, -0.05), 33: (0, -0.06)},
        **{34: (0.02, -0.08), 35: (0.04, -0.09), 43: (0, 0.03), 44: (0, 0.02), 47: (0, -0.03)},
        **{51: (0, -0.06), 52: (0, -0.07), 53: (0, -0.07), 54: (0, -0.02)},
    },
    10: {
        **{35: (0.04, -0.04), 51: (0, -0.07), 52: (0, -0.10), 53: (0.02, -0.10), 54: (0, -0.03)},
        **{62: (0, -0.05), 63: (0, -0.08), 64: (0, -0.02)},
    },
    12: {
        **{
            35: (0.03, -0.01),
            51: (0, 0.02),
            52: (0.02, 0.01),
            53: (0.09, -0.07),
            54: (0.16, -0.18),
        },
        **{
            55: (0.10, -0.06),
            56: (0.03, 0),
            63: (0.05, -0.03),
            64: (0.15, -0.17),
            65: (0.05, -0.03),
        },
    },
    14: {53: (0.03, 0.01), 54: (0.08, -0.04), 55: (0.03, -0.04), 63: (0.01, 0), 64: (0.05, -0.04)},
    15: {
        **{53: (0.01, 0.06), 54: (0.02, 0.16), 55: (0.02, 0.08), 63: (0, 0.03), 64: (0.02, 0.15)},
        65: (0, 0.03),
    },
    16: {55: (0, 0.06), 56: (0, 0.09), 57: (0, 0.09), 65: (0, 0.07), 66: (0, 0.08)},
    17: {
        **{8: (0, -0.05), 9: (0, -0.04), 51: (0, -0.04), 52: (0, -0.04), 55: (0, -0.04)},
        **{56: (0, -0.08), 57: (0, -0.08), 62: (0, -0.04), 63: (0, -0.03), 65: (0, -0.03)},
        66: (0, -0.04),
    },
    20: {
        **{53: (0.09, 0.01), 54: (0.17, 0.04), 55: (0.09, 0.01), 63: (0.04, 0), 64: (0.16, 0.04)},
        65: (0.05, 0.01),
    },
    23: {
        **{51: (0, 0.035), 52: (-0.01, 0.04), 53: (-0.03, 0.03), 54: (-0.06, 0), 64: (-0.05, 0)},
        **{55: (-0.03, -0.03), 56: (-0.01, -0.045), 57: (0, -0.045)},
    },
    24: {
        51: (0, 0.03),
        52: (0, 0.035),
        53: (0, 0.02),
        55: (0, -0.025),
        56: (0, -0.04),
        57: (0, -0.04),
    },
    25: {
        **{51: (0, -0.02), 52: (0, -0.02), 55: (0, 0.06), 56: (0, 0.09), 57: (0, 0.10)},
        **{62: (0, -0.025), 63: (0, -0.025), 65: (0, 0.09), 66: (0, 0.10)},
    },
    26: {
        **{8: (0, 0.20), 9: (0, 0.19), 10: (0, 0.15), 11: (0, 0.09), 12: (0, 0.04)},
        **{54: (-0.08, 0.06), 55: (-0.04, 0.18), 56: (0, 0.28), 57: (0, 0.29)},
        **{64: (-0.08, 0.06), 65: (-0.01, 0.25), 66: (0, 0.27)},
    },
    43: {43: (0, 0.19), 44: (0, 0.19), 46: (0, -0.01), 47: (0, -0.01)},
}
# Upper and lower points that may touch but never cross.
_UPPER = np.array([37, 38, 43, 44, 61, 62, 63])
_LOWER = np.array([41, 40, 47, 46, 67, 66, 65])

BROWS, EYES, NOSE, MOUTH = slice(17, 27), slice(36, 48), slice(27, 36), slice(48, 68)


def _both_halves() -> tuple[Float[np.ndarray, "L 2"], Float[np.ndarray, "A 2 L 2"]]:
    """Completes the tables: rest points, and each unit's field for the left and the right half."""
    rest, field = np.zeros((POINTS, 2)), np.zeros((len(ACTION_UNITS), 2, POINTS, 2))
    mirrored = np.array([-1.0, 1.0])
    for point, xy in _REST.items():
        rest[point], rest[MIRROR[point]] = xy, mirrored * xy
    for row, unit in enumerate(ACTION_UNITS):
        for point, move in _MOVES[unit].items():
            half = 0.5 if MIRROR[point] == point else 1.0
            field[row, 1, point] = half * np.array(move)
            field[row, 0, MIRROR[point]] = half * mirrored * move
    return rest, field


REST, FIELD = _both_halves()


@dataclass(frozen=True)
class Identity:
    """How one face differs from the mean face, in face units (offsets) or as factors."""

    face_width: float
    jaw_width: float
    chin: float
    brow_height: float
    brow_tilt: float
    brow_arch: float
    brow_thickness: float
    eye_spacing: float
    eye_width: float
    eye_opening: float
    eye_tilt: float
    nose_width: float
    nose_length: float
    mouth_width: float
    mouth_height: float
    upper_lip: float
    lower_lip: float
    mouth_curve: float
    crooked: Float[np.ndarray, "L 2"]


def draw_identity(rng: np.random.RandomState, strength: float = 1.0) -> Identity:
    """Draws a face; `strength` scales how far faces lie from the mean face."""
    z = np.clip(rng.standard_normal(18), -2.2, 2.2) * strength
    return Identity(
        face_width=1 + 0.07 * z[0],
        jaw_width=1 + 0.09 * z[1],
        chin=0.09 * z[2],
        brow_height=0.055 * z[3],
        brow_tilt=0.045 * z[4],
        brow_arch=0.025 * z[5],
        brow_thickness=0.055 + 0.016 * z[6],
        eye_spacing=0.03 * z[7],
        eye_width=1 + 0.09 * z[8],
        eye_opening=1 + 0.17 * z[9],
        eye_tilt=0.022 * z[10],
        nose_width=1 + 0.16 * z[11],
        nose_length=0.05 * z[12],
        mouth_width=1 + 0.10 * z[13],
        mouth_height=0.035 * z[14],
        upper_lip=1 + 0.26 * z[15],
        lower_lip=1 + 0.26 * z[16],
        mouth_curve=0.04 * z[17],
        crooked=0.012 * strength * rng.standard_normal((POINTS, 2)),
    )


def rest_shape(identity: Identity) -> Float[np.ndarray, "L 2"]:
    """Landmarks of a person's face at rest, in face units."""
    p = REST.copy()
    side = np.sign(p[:, 0])
    low = np.clip(p[:17, 1], 0, None) / 1.45
    p[:17, 0] *= identity.face_width * (1 + (identity.jaw_width - 1) * low)
    p[:17, 1] += identity.chin * low**2

    across = np.abs(p[BROWS, 0]) - 0.45
    p[BROWS, 1] += identity.brow_height + identity.brow_tilt * across / 0.29
    p[BROWS, 1] -= identity.brow_arch * (1 - (across / 0.29) ** 2)

    centre = side[EYES] * 0.435
    along = (p[EYES, 0] - centre) * identity.eye_width
    p[EYES, 0] = centre + side[EYES] * identity.eye_spacing + along
    p[EYES, 1] = p[EYES, 1] * identity.eye_opening - identity.eye_tilt * side[EYES] * along / 0.2

    p[NOSE, 0] *= identity.nose_width
    p[NOSE, 1] += identity.nose_length * np.clip(p[NOSE, 1], 0, None) / 0.7

    middle = 1.02
    thickness = np.where(p[MOUTH, 1] < middle, identity.upper_lip, identity.lower_lip)
    inner = np.arange(48, 68) >= 60
    height = (p[MOUTH, 1] - middle) * np.where(inner, 1, thickness)
    curve = identity.mouth_curve * (0.4 - (p[MOUTH, 0] / 0.38) ** 2)
    p[MOUTH, 1] = middle + height + curve + identity.mouth_height + 0.6 * identity.nose_length
    p[MOUTH, 0] *= identity.mouth_width
    return p + identity.crooked


def move(
    rest: Float[np.ndarray, "L 2"], units: Float[np.ndarray, "A 2"]
) -> Float[np.ndarray, "L 2"]:
    """Adds the action units to a face at rest; lids and lips may meet but not cross.

    Args:
      rest: landmarks in face units.
      units: intensity of each action unit on the image's left and right half.

    Returns:
      Landmarks in face units.
    """
    p = rest + np.einsum("as,aspd->pd", units, FIELD)
    crossing = np.maximum(p[_UPPER, 1] - p[_LOWER, 1], 0)
    lids = _UPPER < 48  # the upper lid falls onto the lower one; lips press on each other
    p[_UPPER, 1] -= np.where(lids, crossing, crossing / 2)
    p[_LOWER, 1] += np.where(lids, 0, crossing / 2)
    return p
