"""A face drawn by following each scheme's published strokes."""

import numpy as np


def arc(centre, radius, start, stop, count):
    """Points on an ellipse, angles in degrees: 180 at the viewer's left, 90 at the bottom."""
    angle = np.radians(np.linspace(start, stop, count))
    return np.array(centre) + np.array(radius) * np.stack([np.cos(angle), np.sin(angle)], -1)


def _points5():
    return [np.array([[-3, -2], [3, -2], [0, 1], [-3, 4], [3, 4]], float)]


def _aflw19():
    return [
        arc((-3, -3), (2, 1), 190, 350, 3),  # brows
        arc((3, -3), (2, 1), 190, 350, 3),
        np.array([[-4.2, -2], [-3, -2], [-1.8, -2], [1.8, -2], [3, -2], [4.2, -2]]),  # eyes
        np.array([[-1.5, 1.5], [0, 1], [1.5, 1.5]]),  # nose
        np.array([[-3, 4], [0, 4], [3, 4], [0, 8]]),  # mouth, chin
    ]


def _ibug68():
    return [
        arc((0, 0), (7, 8), 180, 0, 17),  # jaw
        arc((-3, -3), (2, 1), 190, 350, 5),  # brows
        arc((3, -3), (2, 1), 190, 350, 5),
        np.stack([np.zeros(4), np.linspace(-2, 1, 4)], -1),  # nose bridge
        arc((0, 1.5), (1.5, 0.5), 180, 0, 5),  # nostrils
        arc((-3, -2), (1.2, 0.6), 180, 360 + 120, 6),  # eyes, clockwise from the left corner
        arc((3, -2), (1.2, 0.6), 180, 360 + 120, 6),
        arc((0, 4), (3, 1.5), 180, 360 + 150, 12),  # outer lip
        arc((0, 4), (2, 0.6), 180, 360 + 135, 8),  # inner lip
    ]


def _wflw98():
    return [
        arc((0, 0), (7, 8), 180, 0, 33),  # jaw
        *(arc((-3, -3.4), (2, 1), 190, 350, 5), arc((-3, -3), (1.6, 0.6), 340, 200, 4)),  # brows
        *(arc((3, -3.4), (2, 1), 190, 350, 5), arc((3, -3), (1.6, 0.6), 340, 200, 4)),
        np.stack([np.zeros(4), np.linspace(-2, 1, 4)], -1),  # nose bridge
        arc((0, 1.5), (1.5, 0.5), 180, 0, 5),  # nostrils
        arc((-3, -2), (1.2, 0.6), 180, 360 + 135, 8),  # eyes, clockwise from the left corner
        arc((3, -2), (1.2, 0.6), 180, 360 + 135, 8),
        arc((0, 4), (3, 1.5), 180, 360 + 150, 12),  # outer lip
        arc((0, 4), (2, 0.6), 180, 360 + 135, 8),  # inner lip
        np.array([[-3, -2], [3, -2]], float),  # pupils
    ]


_STROKES = {"points5": _points5, "aflw19": _aflw19, "ibug68": _ibug68, "wflw98": _wflw98}


def face(scheme, crooked=0.05):
    """The points of a scheme, x from -7 to 7, y from about -4 to 8; slightly crooked."""
    points = np.concatenate(_STROKES[scheme]())
    return points + np.random.default_rng(0).normal(0, crooked, points.shape)
