import cv2
import numpy as np
import pytest

from data.rafdb.registration import move_points


def _photo(seed, size=400):
    """Structure at several scales, as a face in front of something has it."""
    rng = np.random.default_rng(seed)
    photo = np.zeros((size, size, 3))
    for cells in (6, 14, 30, 60):
        noise = rng.random((cells, cells, 3)).astype(np.float32)
        photo += cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.clip(photo / photo.max() * 255, 0, 255).astype(np.uint8)


def _aligned(photo, affine, size=100):
    cut = cv2.warpAffine(photo, affine, (size, size), flags=cv2.INTER_AREA)
    return cv2.imdecode(cv2.imencode(".jpg", cut)[1], cv2.IMREAD_COLOR)


def _points(seed):
    return np.random.default_rng(seed).uniform((150, 130), (250, 270), (37, 2))


@pytest.mark.parametrize(("angle", "scale", "stretch"), [(0, 0.5, 1), (18, 0.4, 1), (-9, 0.6, 1.1)])
def test_points_land_where_the_photo_was_cut(angle, scale, stretch):
    photo, points = _photo(1), _points(2)
    affine = cv2.getRotationMatrix2D((200, 200), angle, scale)
    affine[:, 2] += np.array([50, 50]) - 200
    affine[1] = affine[1] * stretch
    moved = move_points(points, photo, _aligned(photo, affine))
    expected = points @ affine[:, :2].T + affine[:, 2]
    assert np.abs(moved - expected).max() < 0.5  # px of 100


def test_an_image_of_something_else_has_no_points():
    affine = cv2.getRotationMatrix2D((200, 200), 0, 0.5)
    affine[:, 2] -= 150
    assert move_points(_points(2), _photo(1), _aligned(_photo(5), affine)) is None


def test_points_outside_the_photo_have_no_place():
    assert move_points(_points(2) + 5000, _photo(1), _photo(1, 100)) is None


def test_a_blank_image_has_no_points():
    assert move_points(_points(2), _photo(1), np.full((100, 100, 3), 9, np.uint8)) is None
