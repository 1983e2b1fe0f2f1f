import itertools

import numpy as np
import pytest

from lanet_jax.report import theme

# Machado, Oliveira and Fernandes 2009, at full severity, in linear RGB.
SEEN_BY = {
    "everyone else": np.eye(3),
    "protanopes": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopes": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopes": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _linear(color):
    c = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def _lab(linear):
    white = TO_XYZ @ np.ones(3)
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ np.clip(linear, 0, 1) / white, 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _contrast(one, other):
    low, high = sorted(float(TO_XYZ[1] @ _linear(color)) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("who", SEEN_BY)
def test_any_two_series_are_told_apart(colors, who):
    seen = [_lab(SEEN_BY[who] @ _linear(colors[f"series-{i}"])) for i in range(6)]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 15


@pytest.mark.parametrize("who", SEEN_BY)
def test_any_two_classes_are_told_apart(who):
    seen = [_lab(SEEN_BY[who] @ _linear(color)) for color in theme.CLASSES]
    assert len(seen) == 8
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 25
    assert all(_contrast(color, theme.LIGHT["card"]) > 2 for color in theme.CLASSES)


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_what_is_written_can_be_read(colors):
    for name in ("ink", "muted"):
        for ground in ("page", "card"):
            assert _contrast(colors[name], colors[ground]) > 4.5
    assert all(_contrast(colors[f"series-{i}"], colors["card"]) > 3 for i in range(6))
    assert _contrast(colors["on-heat"], colors["heat"]) > 4.5


def test_light_and_dark_have_the_same_names():
    assert theme.LIGHT.keys() == theme.DARK.keys()


def test_a_series_differs_from_the_next_by_its_dashes_too():
    assert len({theme.series(i)[1] for i in range(6)}) == 6
    assert len({theme.series(i) for i in range(36)}) == 36


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("share", "text"), [(0.65, "ink"), (0.66, "on-heat"), (1, "on-heat")])
def test_a_confusion_s_cells_can_be_read(colors, share, text):
    heat, card = (
        np.array([int(colors[name][i : i + 2], 16) for i in (1, 3, 5)]) for name in ("heat", "card")
    )
    blend = "#" + "".join(f"{round(value):02x}" for value in share * heat + (1 - share) * card)
    assert _contrast(colors[text], blend) > 3.5
