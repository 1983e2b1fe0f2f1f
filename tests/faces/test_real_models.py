"""Where the models are: one face pasted at many sizes and angles, found again."""

import dataclasses
import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from lanet_jax.faces.align import EYE_HEIGHT, aligned_square
from lanet_jax.faces.find import Finder, find_faces
from lanet_jax.faces.square import Square

pytestmark = pytest.mark.usefixtures("real_models")

# The face in the photo, and its middle in the mesh's box.
FACE = Square(x=137, y=113, side=150)


@pytest.fixture(scope="module")
def astronaut():
    return cv2.imread(str(Path(__file__).with_name("astronaut.jpg")))[..., ::-1].copy()


def _photo(astronaut, faces, height, width):
    """A grey photo with the face in given squares."""
    photo = np.full((height, width, 3), 110, np.uint8)
    for square in faces:
        corners = np.array([[0.0, 0.0], [1, 0], [0, 1]])
        source, target = FACE.to_image(corners) - 0.5, square.to_image(corners) - 0.5
        place = cv2.getAffineTransform(source.astype(np.float32), target.astype(np.float32))
        mask = np.full(astronaut.shape[:2], 255, np.uint8)
        size = (width, height)
        pixels = cv2.warpAffine(astronaut, place, size, flags=cv2.INTER_AREA)
        inside = cv2.warpAffine(mask, place, size) > 127
        photo[inside] = pixels[inside]
    return photo


def _eyes(points):
    return np.stack([points[36:42].mean(0), points[42:48].mean(0)])


def test_a_portrait(astronaut):
    (face,) = find_faces(astronaut)
    assert face.score > 0.5
    assert face.mirror_distance < 0.05
    # Her pupils, read off the enlarged photo by eye.
    np.testing.assert_allclose(_eyes(face.landmarks), [[114, 101], [156, 103.4]], atol=2)
    left, upper, right, lower = face.box
    assert left < face.landmarks[:, 0].min()
    assert upper < face.landmarks[:, 1].min()
    assert max(right, lower) < 256


def test_a_group_of_all_sizes_turned_by_up_to_30_degrees(astronaut):
    placed = [
        Square(230, 260, 320, np.radians(-30)),
        Square(560, 180, 160, np.radians(30)),
        Square(820, 150, 90, np.radians(-15)),
        Square(1000, 420, 220, np.radians(12)),
        Square(620, 520, 60, 0),
        Square(780, 560, 45, np.radians(20)),
    ]
    faces = find_faces(_photo(astronaut, placed, 720, 1200), smallest=0.015)
    assert len(faces) == len(placed)
    (portrait,) = find_faces(astronaut)
    reference = FACE.from_image(portrait.landmarks)
    for square in placed:
        expected = square.to_image(reference)
        eye = np.linalg.norm(np.diff(_eyes(expected), axis=0))
        error = min(np.linalg.norm(f.landmarks - expected, axis=1).mean() for f in faces) / eye
        assert error < 0.1, square


@pytest.mark.parametrize("degrees", [60, 120, 180, -120, -90])
def test_a_face_is_found_whichever_way_up(astronaut, degrees):
    square = Square(250, 250, 150, np.radians(degrees))
    (face,) = find_faces(_photo(astronaut, [square], 500, 500))
    found = aligned_square(face.landmarks).angle
    assert abs(math.remainder(found - square.angle, 2 * math.pi)) < np.radians(12)


def test_a_tight_crop_agrees_with_the_photo(astronaut):
    (whole,) = find_faces(astronaut)
    square = Square(x=137, y=113, side=130)
    crop = Finder().crop(square.cut(astronaut, 48), "ibug68")
    assert crop.ok
    expected = square.from_image(whole.landmarks) * 48
    eye = np.linalg.norm(np.diff(_eyes(expected), axis=0))
    assert np.linalg.norm(crop.landmarks - expected, axis=1).mean() / eye < 0.1


@pytest.mark.parametrize("crop", [(0, 256), (20, 236), (40, 246)])
def test_a_face_that_does_not_fill_its_image_is_detected_first(astronaut, crop):
    (whole,) = find_faces(astronaut)
    part = np.ascontiguousarray(astronaut[slice(*crop), slice(*crop)])
    face = Finder().largest(part, "ibug68")
    assert face.ok
    error = np.linalg.norm(face.landmarks + crop[0] - whole.landmarks, axis=1).mean()
    assert error < 0.03 * np.linalg.norm(np.diff(_eyes(whole.landmarks), axis=0))
    # From the image alone the mesh strays, and thinks that all is well.
    strayed = Finder().crop(part, "ibug68")
    assert np.linalg.norm(strayed.landmarks - face.landmarks, axis=1).mean() > error


@pytest.mark.parametrize("degrees", [-9, -6, -3, 3, 6, 9])
def test_a_turned_portrait_is_detected_though_the_mesh_strays_to_the_shoulders(astronaut, degrees):
    turn = cv2.getRotationMatrix2D((128, 128), degrees, 1)
    photo = cv2.warpAffine(astronaut, turn, (256, 256))
    (seen,) = find_faces(photo)
    eyes, expected = _eyes(Finder().largest(photo, "ibug68").landmarks), _eyes(seen.landmarks)
    assert np.abs(eyes - expected).max() < 0.1 * np.linalg.norm(np.diff(expected, axis=0))


def test_two_schemes_tell_of_one_face(astronaut):
    full, few = Finder().crop(astronaut, "ibug68"), Finder().crop(astronaut, "aflw19")
    assert few.landmarks.shape == (19, 2)
    np.testing.assert_allclose(few.landmarks[[18, 15, 17]], full.landmarks[[8, 48, 54]], atol=1e-6)
    np.testing.assert_allclose(few.landmarks[[7, 10]], _eyes(full.landmarks), atol=2)


def test_aligned(astronaut):
    tilted = Square(128, 128, 300, np.radians(-25)).cut(astronaut, 300)
    (face,) = find_faces(tilted)
    square = aligned_square(face.landmarks)
    twice = dataclasses.replace(square, side=2 * square.side)
    (again,) = find_faces(twice.cut(tilted, 256))
    (left, right) = (_eyes(again.landmarks) / 256 - 0.5) * 2 + 0.5
    assert abs(left[1] - right[1]) < 0.03
    assert left[1] == pytest.approx(EYE_HEIGHT, abs=0.04)


@pytest.mark.parametrize("seed", range(2))
def test_no_face_in_noise(seed):
    noise = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), np.uint8)
    image = cv2.resize(noise, (300, 200), interpolation=cv2.INTER_CUBIC)
    assert find_faces(image) == []
    assert not Finder().crop(image, "ibug68").ok


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 500), (700, 3)])
def test_odd_sizes(height, width):
    assert find_faces(np.zeros((height, width, 3), np.uint8)) == []
