import math
import threading

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.faces import find
from lanet_jax.faces.anchors import Candidates
from lanet_jax.faces.face_mesh import Fit
from lanet_jax.faces.find import Finder, find_faces, largest_face


class _Detector:
    candidates: Candidates

    def __call__(self, image, smallest, finer=False):
        return self.candidates


class _Mesh:
    fits: list
    starts: list

    def fit(self, image, start, scheme, refine):
        self.starts.append((start, refine))
        return self.fits.pop(0)


def _fit(x, distance=0.02, presence=1.0):
    return Fit(np.full((68, 2), float(x)), np.array([x, 0, x + 10, 10.0]), distance, presence)


@pytest.fixture
def finder(monkeypatch):
    """A finder whose detector sees `count` faces and whose mesh gives the fits in order."""

    def make(fits, count=0, keypoints=None):
        _Mesh.fits, _Mesh.starts = list(fits), []
        boxes = np.array([[10.0, 20, 30, 60]] * count).reshape(-1, 4)
        keypoints = np.zeros((count, 6, 2)) if keypoints is None else keypoints
        scores = np.linspace(0.9, 0.6, count)
        _Detector.candidates = Candidates(boxes, keypoints, scores)
        monkeypatch.setattr(find, "FaceDetector", _Detector)
        monkeypatch.setattr(find, "FaceMesh", _Mesh)
        return Finder()

    return make


def test_faces_in_the_order_of_their_scores(finder, blank):
    faces = finder([_fit(0), _fit(20)], count=2).find(blank, "ibug68")
    assert [(face.box[0], round(face.score, 2)) for face in faces] == [(0, 0.9), (20, 0.6)]


def test_what_is_not_trusted_is_no_face(finder, blank):
    fits = [*[_fit(0, distance=0.5)] * 4, *[_fit(20, presence=0.001)] * 4, _fit(40)]
    assert [face.box[0] for face in finder(fits, count=3).find(blank, "ibug68")] == [40]


def test_two_candidates_that_end_on_one_face(finder, blank):
    assert len(finder([_fit(0), _fit(2), _fit(9)], count=3).find(blank, "ibug68")) == 2


def test_the_start_lies_along_the_eyes_with_a_margin(finder, blank):
    keypoints = np.zeros((1, 6, 2))
    keypoints[0, 1] = [3, 3]
    finder([_fit(0)], count=1, keypoints=keypoints).find(blank, "ibug68")
    ((start, refine),) = _Mesh.starts
    assert (start.x, start.y, start.side, refine) == (20, 40, 60, 1)
    assert start.angle == pytest.approx(math.pi / 4)


def test_a_doubtful_face_is_tried_in_four_ways(finder, blank):
    doubtful = _fit(0, presence=0.9)
    fits = [doubtful, _fit(1, presence=0.2), _fit(2, presence=0.95), _fit(3, presence=0.4)]
    (face,) = finder(fits, count=1).find(blank, "ibug68")
    assert face.box[0] == 2
    angles = [math.degrees(start.angle) % 360 for start, _ in _Mesh.starts]
    np.testing.assert_allclose(angles, [0, 90, 180, 270])
    # The most present of the others must be surely there, and more so than the first.
    for turned, expected in (([0.2, 0.89, 0.4], 0.9), ([0.2, 0.4, 0.3], 0.1)):
        fits = [_fit(0, presence=expected), *(_fit(1, presence=p) for p in turned)]
        (face,) = finder(fits, count=1).find(blank, "ibug68")
        assert face.box[0] == 0


@pytest.mark.parametrize(("side", "smallest"), [(2999, 0.03), (3000, 0.015)])
def test_smaller_faces_are_sought_in_large_photos(finder, monkeypatch, side, smallest):
    asked = []
    searching = finder([])
    monkeypatch.setattr(
        searching,
        "_detector",
        lambda _, smallest, finer: asked.append((smallest, finer)) or _Detector.candidates,
    )
    photo = np.zeros((4, side, 3), np.uint8)
    searching.find(photo, "ibug68")
    searching.find(photo, "ibug68", smallest=0.1)
    assert asked == [(smallest, True), (0.1, False)]


def test_a_crop_starts_from_the_padded_image(finder):
    face = finder([_fit(0, presence=0.3)]).crop(np.zeros((40, 50, 3), np.uint8), "ibug68")
    ((start, refine),) = _Mesh.starts
    assert (start.x, start.y, start.side, start.angle) == (25, 20, 70, 0)
    assert (refine, face.score, face.ok) == (2, 0.3, True)


def test_the_largest_face_of_a_photo(finder, blank):
    small, large = _fit(0), Fit(np.zeros((68, 2)), np.array([20, 20, 50, 50.0]), 0.02, 1.0)
    face = finder([_fit(0, distance=0.9), small, large], count=2).largest(blank, "ibug68")
    assert face.box.tolist() == [20, 20, 50, 50]


@pytest.mark.parametrize(("side", "detected"), [(18, False), (19, True)])
def test_a_detection_where_a_face_does_not_fill_the_image(finder, side, detected):
    # A face of 10 px: 0.556 of 18 px, 0.526 of 19 px; the mesh strays on the second.
    image = np.zeros((side - 8, side, 3), np.uint8)
    face = finder([_fit(0), _fit(20)], count=1).largest(image, "ibug68")
    assert (face.box[0], face.ok) == (20 * detected, True)
    assert len(_Mesh.starts) == 1 + detected
    face = finder([_fit(0), *[_fit(20, distance=0.9)] * 4], count=1).largest(image, "ibug68")
    assert (face.box[0], face.ok) == (0, not detected)


def _wide(x, width):
    return Fit(np.full((68, 2), float(x)), np.array([x, 0, x + width, 10.0]), 0.02, 1.0)


@pytest.mark.parametrize(("width", "taken"), [(30, "detected"), (54, "detected"), (56, "whole")])
def test_a_photo_is_no_crop_if_the_detector_sees_a_smaller_face(finder, width, taken):
    image = np.zeros((80, 100, 3), np.uint8)
    face = finder([_wide(0, 60), _wide(20, width)], count=1).largest(image, "ibug68")
    assert (face.box[0], face.ok) == ({"whole": 0, "detected": 20}[taken], True)


def test_a_crop_in_which_the_detector_sees_no_face(finder):
    image = np.zeros((80, 100, 3), np.uint8)
    assert finder([_wide(0, 60)]).largest(image, "ibug68").ok


def test_no_face_either_way(finder, blank):
    face = finder([_fit(7, distance=0.9), *[_fit(0, distance=0.8)] * 4], count=1).largest(
        blank, "ibug68"
    )
    assert (face.ok, face.mirror_distance) == (False, 0.9)


def test_each_thread_has_its_own_models(finder, blank, monkeypatch):
    finder([_fit(0), _fit(0)])
    made = []
    monkeypatch.setattr(find, "_loaded", threading.local())
    monkeypatch.setattr(find, "Finder", lambda: made.append(1) or Finder())
    threads = [threading.Thread(target=largest_face, args=(blank,)) for _ in range(2)]
    for thread in threads:
        thread.start()
        thread.join()
    find_faces(blank), find_faces(blank)
    assert len(made) == 3


@pytest.mark.parametrize(
    ("image", "scheme", "message"),
    [
        (np.zeros((4, 4), np.uint8), "ibug68", r"found uint8 \[4, 4\]"),
        (np.zeros((4, 4, 4), np.uint8), "ibug68", r"\[4, 4, 4\]"),
        (np.zeros((4, 4, 3)), "ibug68", "float64"),
        (np.zeros((0, 4, 3), np.uint8), "ibug68", r"\[0, 4, 3\]"),
        (np.zeros((4, 4, 3), np.uint8), "wflw98", "wflw98"),
    ],
)
def test_other_images_and_schemes(finder, image, scheme, message):
    with pytest.raises(UserError, match=message):
        finder([]).find(image, scheme)
    with pytest.raises(UserError, match=message):
        finder([]).crop(image, scheme)
