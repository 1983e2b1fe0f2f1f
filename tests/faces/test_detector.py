import itertools

import numpy as np
import pytest

from lanet_jax.faces import detector
from lanet_jax.faces.anchors import Candidates
from lanet_jax.faces.detector import FaceDetector, levels, tiles
from lanet_jax.faces.square import Square


def test_the_first_tile_is_the_padded_image():
    assert tiles(100, 300, 0) == [Square(150, 50, 300)]


def test_tiles_overlap_by_half():
    found = tiles(400, 400, 1)
    assert [(tile.x, tile.y) for tile in found[:4]] == [
        (100, 100),
        (200, 100),
        (300, 100),
        (100, 200),
    ]
    assert (len(found), found[0].side) == (9, 200)


@pytest.mark.parametrize(("height", "width"), [(333, 500), (1000, 90), (77, 77), (1, 1)])
@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_tiles_reach_every_edge_and_leave_no_gap(height, width, level):
    found = tiles(height, width, level)
    side = max(height, width) / 2**level
    for length, centers in ((width, {t.x for t in found}), (height, {t.y for t in found})):
        at = sorted(centers)
        assert at[0] - side / 2 <= 1e-9
        assert at[-1] + side / 2 >= length - 1e-9
        step = side * (0.5 if level < 2 else 0.75)  # a face of an eighth of the side fits either
        assert all(b - a <= step + 1e-9 for a, b in itertools.pairwise(at))


@pytest.mark.parametrize(
    ("size", "smallest", "expected"),
    [
        *((4000, 0.06, 0), (4000, 0.1, 0), (4000, 0.03, 1), (4000, 0.015, 2), (4000, 0.014, 3)),
        *((255, 0.03, 0), (256, 0.03, 1), (300, 0.001, 1), (1, 0.001, 0)),
    ],
)
def test_levels(size, smallest, expected):
    assert levels(size // 2, size, smallest) == expected


class _Eye:
    """Stands for a detector: sees given boxes wherever they overlap with the tile."""

    def __init__(self, boxes):
        self.boxes = np.array(boxes, float).reshape(-1, 4)

    def __call__(self, image, square):
        low, high = square.x - square.side / 2, square.x + square.side / 2
        top, bottom = square.y - square.side / 2, square.y + square.side / 2
        boxes = self.boxes.copy()
        boxes[:, ::2] = boxes[:, ::2].clip(low, high)
        boxes[:, 1::2] = boxes[:, 1::2].clip(top, bottom)
        boxes = boxes[(boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])]
        return Candidates(boxes, np.zeros((len(boxes), 6, 2)), np.full(len(boxes), 0.9))


def _detect(monkeypatch, near, far, smallest=0.03):
    eyes = [_Eye(near), _Eye(far)]
    monkeypatch.setattr(detector, "Detector", lambda path, grids: eyes.pop(0))
    monkeypatch.setattr(detector.downloads, "path", lambda name: None)
    return FaceDetector()(np.zeros((400, 400, 3), np.uint8), smallest).boxes.tolist()


def test_a_face_cut_by_a_tile_is_not_a_second_face(monkeypatch):
    face = [150, 150, 210, 210]  # across the edges of the outer tiles
    assert _detect(monkeypatch, [], [face]) == [pytest.approx(face)]


def test_a_face_at_the_image_edge_counts(monkeypatch):
    assert _detect(monkeypatch, [], [[0, 0, 30, 30]]) == [pytest.approx([0, 0, 30, 30])]


def test_both_detectors_count(monkeypatch):
    found = _detect(monkeypatch, [[10, 10, 390, 390]], [[300, 300, 330, 330]])
    assert sorted(found) == [pytest.approx([10, 10, 390, 390]), pytest.approx([300, 300, 330, 330])]


@pytest.mark.parametrize(
    ("finer", "face", "side"),
    # Tiles of 1,024 pixels: level 1 has 512, level 2 has 256, level 3 has 128, the finest.
    [(False, 40, 512), (True, 200, 512), (True, 60, 256), (True, 30, 128)],
)
def test_smaller_tiles_follow_where_small_faces_are(monkeypatch, finer, face, side):
    seen = []

    class Eye(_Eye):
        def __call__(self, image, square):
            seen.append(square.side)
            return super().__call__(image, square)

    monkeypatch.setattr(
        detector, "Detector", lambda path, grids: Eye([300, 300, 300 + face, 300 + face])
    )
    monkeypatch.setattr(detector.downloads, "path", lambda name: None)
    FaceDetector()(np.zeros((1024, 1024, 3), np.uint8), 0.03, finer)
    assert min(seen) == side
