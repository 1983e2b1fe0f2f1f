import numpy as np
import pytest

from benchmarks import detection
from benchmarks.detection import Place
from lanet_jax.faces.find import Face


def _face(x, y, width, degrees=0.0):
    box = np.array([x - width / 2, y - width / 2, x + width / 2, y + width / 2])
    points = np.zeros((68, 2))
    points[36:42], points[42:48], points[48:] = (-0.2, 0), (0.2, 0), (0, 0.4)
    turn = np.radians(degrees)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return Face(box, 0.9, points @ rotation.T * width + [x, y], 0.01, True)


def test_crops_lie_where_they_are_said_to():
    crop = np.zeros((8, 8, 3), np.uint8)
    crop[:4] = 255  # white above black
    upright, over = Place(30, 30, 20), Place(70, 30, 20, angle=180)
    picture = detection.composite([crop, crop], [upright, over], (60, 100))
    assert picture[24, 30, 0] > 240 and picture[36, 30, 0] < 15
    assert picture[24, 70, 0] < 15 and picture[36, 70, 0] > 240
    assert picture[5, 5, 0] == picture[30, 50, 0]


@pytest.mark.parametrize("count", [1, 2, 6, 64, 256])
def test_places_do_not_overlap_and_fit(count):
    places = detection.grid(count, (768, 1024), None)
    assert len({(p.x, p.y) for p in places}) == count
    for place in places:
        half = place.side / 2
        assert half <= place.x <= 1024 - half and half <= place.y <= 768 - half
    assert detection.grid(2, (768, 1024), 0.25)[0].side == 256


def test_what_counts_as_found():
    places = [Place(100, 100, 40), Place(200, 100, 40, angle=90)]
    near, turned, away = _face(105, 100, 40), _face(200, 100, 40), _face(300, 300, 40)
    assert detection.found(places, [near, turned, away]) == (2, 1, 1)
    assert detection.found(places, [near, near]) == (1, 1, 1)
    assert detection.found(places, [_face(200, 100, 40, degrees=80)]) == (1, 1, 0)
    assert detection.found(places, [_face(100, 100, 10), _face(200, 115, 40)]) == (0, 0, 2)
