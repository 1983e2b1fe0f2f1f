"""Outlines of a face's parts in its own plane, all built from the 68 landmarks.

Names end in 0 for the image's left half and 1 for its right; `fold_...` are soft lines.
"""

import functools

import numpy as np
from jaxtyping import Float

from .appearance import Style

Path = Float[np.ndarray, "P 2"]
LEFT, RIGHT = 0, 1
_SIGN = (-1.0, 1.0)
_CIRCLE = np.stack([f(np.linspace(0, 2 * np.pi, 13)[:-1]) for f in (np.cos, np.sin)], axis=1)
_TURN = np.array((-1.0, 1.0))
_ROUND = (0.35, 0.8, 1.0, 1.0, 0.9, 0.7, 0.35)  # half-widths along a line
_BROW = (0.25, 0.55, 0.8, 1.0, 1.0, 1.0, 0.8)
_BODY = [
    (-2.2, 2.6),
    (-1.5, 2.0),
    (-0.5, 1.75),
    (0.5, 1.75),
    (1.5, 2.0),
    (2.2, 2.6),
    (2.2, 5),
    (-2.2, 5),
]
_NECK = [(-0.52, 0.7), (0.52, 0.7), (0.58, 2.0), (0, 2.25), (-0.58, 2.0)]


def _xy(right: float, down: float) -> Float[np.ndarray, "2"]:
    return np.array((right, down))


@functools.cache
def _spline(count: int, steps: int) -> Float[np.ndarray, "m n"]:
    """Catmull-Rom curve through `count` points as a matrix; the end points count twice."""
    t = np.arange(steps)[:, None] / steps
    weights = 0.5 * np.concatenate(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2],
        axis=1,
    )
    matrix = np.zeros(((count - 1) * steps + 1, count))
    for segment in range(count - 1):
        for tap in range(4):
            column = np.clip(segment + tap - 1, 0, count - 1)
            matrix[segment * steps : (segment + 1) * steps, column] += weights[:, tap]
    matrix[-1, -1] = 1
    return matrix


def _curve(points: Path, steps: int = 3) -> Path:
    return _spline(len(points), steps) @ points


@functools.cache
def _widths(taper: tuple[float, ...], count: int) -> Float[np.ndarray, "n 1"]:
    place = np.linspace(0, len(taper) - 1, count)
    return np.interp(place, np.arange(len(taper)), taper)[:, None]


def _tube(path: Path, width: float, taper: tuple[float, ...] = _ROUND) -> Path:
    """Polygon of half-width `width` around a path, thinner where `taper` says so."""
    step = np.empty_like(path)
    step[1:-1], step[0], step[-1] = path[2:] - path[:-2], path[1] - path[0], path[-1] - path[-2]
    normal = step[:, ::-1] * _TURN / np.sqrt((step**2).sum(axis=1, keepdims=True) + 1e-9)
    normal *= (width + 0.006) * _widths(taper, len(path))
    return np.concatenate([path + normal, (path - normal)[::-1]])


def _ring(upper: Path, lower: Path) -> Path:
    return np.concatenate([upper, lower[::-1]])


def _eye(p: Path, half: int, style: Style) -> dict[str, Path]:
    """Lids, iris and pupil of one eye; the iris ends at the lids."""
    order = (36, 37, 38, 39), (36, 41, 40, 39)
    if half == RIGHT:
        order = (42, 43, 44, 45), (42, 47, 46, 45)
    upper, lower = _curve(p[list(order[0])]), _curve(p[list(order[1])])
    centre = (p[order[0][0]] + p[order[0][3]]) / 2 + style.gaze - _xy(0, 0.015)

    def within(radius: float) -> Path:
        disc = centre + radius * _CIRCLE
        top = np.interp(disc[:, 0], upper[:, 0], upper[:, 1])
        bottom = np.interp(disc[:, 0], lower[:, 0], lower[:, 1])
        disc[:, 1] = np.minimum(np.maximum(disc[:, 1], top), bottom)
        return disc

    return {
        f"white{half}": _ring(upper, lower),
        f"iris{half}": within(0.112),
        f"pupil{half}": within(0.05),
        f"lash{half}": _tube(upper - _xy(0, 0.012), 0.026),
        f"lower_lash{half}": _tube(lower, 0.01),
        f"fold_crease{half}": _tube(upper - _xy(0, 0.075), 0.016),
        f"fold_bag{half}": _tube(lower + _xy(0, 0.09), 0.022),
        f"fold_socket{half}": _tube(upper - _xy(0, 0.10), 0.05),
    }


def _mouth(p: Path) -> dict[str, Path]:
    """Lips, and teeth and tongue as shares of the opening, so that they stay inside it."""
    top, bottom = _curve(p[48:55]), _curve(p[[48, 59, 58, 57, 56, 55, 54]])
    inner_top, inner_bottom = _curve(p[60:65]), _curve(p[[60, 67, 66, 65, 64]])
    gap = inner_bottom - inner_top
    return {
        "lips": _ring(top, bottom),
        "lip_lower": _ring(inner_bottom, bottom[[0, *range(2, 15), *range(16, 18), 18]]),
        "gap": _ring(inner_top, inner_bottom),
        "teeth": _ring(inner_top, inner_top + np.clip(gap - _xy(0, 0.035), 0, 0.09)),
        "tongue": _ring(inner_top + 0.68 * gap, inner_bottom)[3:-3],
        "lip_line": _tube((inner_top + inner_bottom) / 2, 0.014),
        "fold_underlip": _tube(bottom[5:14] + _xy(0, 0.06), 0.03),
    }


def _nose(p: Path, half: int) -> dict[str, Path]:
    wing, sign = p[31 if half == LEFT else 35], _SIGN[half]
    side = np.stack(
        [p[27] + _xy(0.09 * sign, 0.02), p[29] + _xy(0.10 * sign, 0), wing - _xy(0, 0.08)]
    )
    hook = np.stack(
        [wing + _xy(-0.03 * sign, -0.13), wing + _xy(0.03 * sign, -0.05), wing + _xy(0, 0.015)]
    )
    return {
        f"nostril{half}": (wing + 1.1 * p[33]) / 2.1 + _xy(0, -0.01) + _CIRCLE * (0.055, 0.03),
        f"wing{half}": _tube(_curve(hook), 0.018),
        f"fold_nose{half}": _tube(_curve(side), 0.05),
        f"fold_tip{half}": _tube(
            _curve(p[[33, 34, 35] if half == RIGHT else [33, 32, 31]] + _xy(0, 0.02)), 0.04
        ),
        f"fold_bridge{half}": _tube(
            _curve(np.stack([p[27] + _xy(0.04 * sign, 0.10), p[28] + _xy(0.15 * sign, -0.08)])),
            0.022,
        ),
    }


def _skin_lines(p: Path, half: int) -> dict[str, Path]:
    """Lines that action units press into the skin."""
    wing, corner, sign = p[31 if half == LEFT else 35], p[48 if half == LEFT else 54], _SIGN[half]
    inner, outer = (p[21], p[36]) if half == LEFT else (p[22], p[45])
    cheek = (wing + corner) / 2 + _xy(0.13 * sign, -0.05)
    crow = outer + _xy(0.06 * sign, 0.0)
    return {
        f"fold_smile{half}": _tube(
            _curve(
                np.stack([wing + _xy(0.05 * sign, -0.04), cheek, corner + _xy(0.10 * sign, 0.03)])
            ),
            0.026,
        ),
        f"fold_frown{half}": _tube(
            _curve(np.stack([inner + _xy(-0.07 * sign, -0.10), inner + _xy(-0.09 * sign, 0.08)])),
            0.022,
        ),
        f"fold_crow{half}": _tube(
            _curve(np.stack([crow + _xy(0.1 * sign, 0.08), crow, crow + _xy(0.1 * sign, -0.06)])),
            0.015,
        ),
        f"fold_dimple{half}": corner + _xy(0.06 * sign, 0) + _CIRCLE * (0.03, 0.07),
        f"cheek{half}": (outer + corner) / 2 + _xy(0.0, -0.10) + _CIRCLE * (0.22, 0.18),
    }


def _brow(p: Path, half: int, thickness: float) -> Path:
    path = p[17:22] if half == LEFT else p[26:21:-1]
    return _tube(_curve(path), thickness, _BROW)


def _head(p: Path, style: Style) -> dict[str, Path]:
    """Everything around the face: skull, ears, neck, hair, body."""
    left, right = p[0], p[16]
    angle = np.linspace(0, np.pi, 15)
    half_width = (right[0] - left[0]) / 2

    def dome(width: float, top: float, bulge: float = 0) -> Path:
        up = np.sin(angle)
        x = np.cos(angle) * (width + bulge * up)
        return np.stack([x, right[1] + (top - right[1]) * up], axis=1)

    cap = dome(half_width + 0.01, -1.28 - style.volume, 0.02 + style.volume)
    x = np.linspace(-1, 1, 15)
    line = style.hairline + (0.02 - style.hairline) * np.abs(x) ** style.hairline_power * 0.8
    line += style.parting * x * (1 - x**2)
    hairline = np.stack([x * half_width * 1.0, line], axis=1)
    wide, end = half_width + 0.08 + style.volume, style.hair_end
    back = dome(wide, -1.33 - style.volume)
    ears = np.array([0.11, 0.24])
    return {
        "body": np.array(_BODY),
        "neck": np.array(_NECK),
        "hair_back": np.concatenate([back, [[-wide - 0.1, end], [wide + 0.1, end]]]),
        "ear0": left + _xy(-0.02, 0.22) + _CIRCLE * ears,
        "ear1": right + _xy(0.02, 0.22) + _CIRCLE * ears,
        "skull": np.concatenate([_curve(p[:17], 2), dome(half_width, -1.2)]),
        "hair_front": np.concatenate([cap, hairline]),
        "fold_jaw": _tube(_curve(p[3:14], 2), 0.07),
    }


def _beard(p: Path) -> dict[str, Path]:
    cheeks = [p[14] + _xy(-0.12, 0.15), p[54] + _xy(0.16, 0.02), p[54] + _xy(0.05, -0.13)]
    cheeks += [p[48] + _xy(-0.05, -0.13), p[48] + _xy(-0.16, 0.02), p[2] + _xy(0.12, 0.15)]
    lip = np.stack([p[48] + _xy(-0.04, 0.03), (p[33] + p[51]) / 2, p[54] + _xy(0.04, 0.03)])
    return {
        "beard": np.concatenate([_curve(p[2:15], 2), np.stack(cheeks)]),
        "moustache": _tube(_curve(lip, 6), 0.07),
    }


def _forehead(p: Path) -> dict[str, Path]:
    line = _curve(np.stack([p[18] - _xy(0, 0.2), p[27] - _xy(0, 0.50), p[25] - _xy(0, 0.2)]))
    return {f"fold_forehead{row}": _tube(line - _xy(0, 0.14 * row), 0.02) for row in range(2)}


def _glasses(p: Path, style: Style) -> dict[str, Path]:
    parts = {}
    for half, (a, b) in enumerate(((36, 39), (42, 45))):
        centre, radius = (p[a] + p[b]) / 2 + _xy(0, 0.03), (0.31, 0.25)
        power = np.sign(_CIRCLE) * np.sqrt(np.abs(_CIRCLE))
        parts[f"rim{half}"] = centre + power * radius
        parts[f"lens{half}"] = centre + power * (np.array(radius) - style.glasses)
    bridge = np.stack([p[39] + _xy(0.02, 0.0), p[42] - _xy(0.02, 0.0)])
    return {**parts, "bridge": _tube(_curve(bridge), style.glasses / 2)}


def face(p: Float[np.ndarray, "68 2"], style: Style, brow_thickness: float) -> dict[str, Path]:
    """Builds every outline of a face.

    Args:
      p: landmarks in face units.
      style: hair, beard, glasses and gaze.
      brow_thickness: half of a brow's height at its thickest, in face units.

    Returns:
      Closed polygons in face units by part name, in no particular order.
    """
    parts = _head(p, style) | _beard(p) | _forehead(p) | _mouth(p) | _glasses(p, style)
    for half in (LEFT, RIGHT):
        parts |= _eye(p, half, style) | _nose(p, half) | _skin_lines(p, half)
        parts[f"brow{half}"] = _brow(p, half, brow_thickness)
    return parts
