"""Landmarks that contradict the order of their scheme are refused, right ones never."""

import numpy as np
import pytest

from data.landmarks import order
from data.landmarks.order import check_order
from lanet_jax.errors import UserError
from lanet_jax.landmarks.schemes import SCHEMES
from tests.landmarks.drawn_face import face


def many(points, count=60, noise=0.2, turn=0.0, seed=0):
    """Faces at all places, sizes and tilts, with noisy points."""
    rng = np.random.default_rng(seed)
    faces = []
    for angle in np.radians(turn + rng.uniform(-15, 15, count)):
        cos, sin = np.cos(angle), np.sin(angle)
        noisy = points + rng.normal(0, noise, points.shape)
        turned = noisy @ np.array([[cos, sin], [-sin, cos]])
        faces.append(rng.uniform(2, 9) * turned + rng.uniform(100, 300, 2))
    return np.array(faces)


def told(faces, scheme, known=None):
    with pytest.raises(UserError) as caught:
        check_order(faces, np.ones(faces.shape[:2], bool) if known is None else known, scheme)
    return str(caught.value)


def accepted(faces, scheme, known=None):
    check_order(faces, np.ones(faces.shape[:2], bool) if known is None else known, scheme)


def profile(points, side=1):
    """A face turned far to one side: its nose is over there, the cheek behind it is narrow."""
    x, y = points.T
    depth = 5 - np.hypot(x, 0.6 * y)
    return np.stack([0.4 * x + side * 0.9 * depth, y], -1)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("count", [1, 2, 3, 10, 500])
def test_right_data_are_accepted(scheme, count):
    accepted(many(face(scheme), count), scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("count", [1, 3, 40])
@pytest.mark.parametrize("side", [-1, 1])
def test_profiles_are_accepted(scheme, count, side):
    accepted(many(profile(face(scheme), side), count), scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_noise_and_wrong_detections_are_accepted(scheme):
    faces = many(face(scheme), 60, noise=1.0)
    rng = np.random.default_rng(1)
    faces[:8] = rng.uniform(0, 400, faces[:8].shape)  # not even a face
    faces[8:16] = many(face(scheme), 8, turn=180)  # upside down, as a detector may take them
    accepted(faces, scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_points_outside_their_images_do_not_count(scheme):
    faces = many(face(scheme))
    known = np.random.default_rng(2).random(faces.shape[:2]) > 0.05
    accepted(np.where(known[..., None], faces, -1e6), scheme, known)
    known[:40] = False  # of most faces
    accepted(np.where(known[..., None], faces, faces * -1), scheme, known)
    known[:, 0] = False  # of all faces
    accepted(np.where(known[..., None], faces, np.nan), scheme, known)
    accepted(faces, scheme, np.zeros_like(known))
    accepted(faces[:0], scheme, known[:0])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_left_and_right_of_the_person_are_refused(scheme):
    exchanged = face(scheme)[list(SCHEMES[scheme].flip_index)]
    assert "in 60 of 60 faces left and right" in told(many(exchanged, turn=80), scheme)
    faces = many(exchanged)
    line = told(faces, scheme)
    assert f"not in the order of their scheme {scheme}: in 60 of 60 faces left and right" in line
    assert SCHEMES[scheme].order in line
    accepted(faces[:2], scheme)  # two faces may be two wrong detections


def test_faces_of_all_places_are_looked_at(monkeypatch):
    monkeypatch.setattr(order, "_MOST", 40)
    right, exchanged = many(face("points5")), many(face("points5")[[1, 0, 2, 4, 3]])
    line = told(np.concatenate([right, exchanged, exchanged]), "points5")
    assert "of 40 faces left and right" in line


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_y_that_points_up_is_refused(scheme):
    assert "of the mouth lie above those of the eyes" in told(
        many(face(scheme)) * [1, -1] + [0, 400], scheme
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_faces_that_lie_on_their_side_are_accepted_and_those_beyond_are_not(scheme):
    accepted(many(face(scheme), turn=95), scheme)
    assert "of the mouth lie above those of the eyes" in told(many(face(scheme), turn=115), scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_points_in_any_order_are_refused(scheme):
    points = face(scheme)
    missed = 0
    for seed in range(30):
        order = np.random.default_rng(seed).permutation(len(points))
        if list(order) == list(range(len(points))):
            continue
        try:
            accepted(many(points[order], 300), scheme)
            missed += 1
        except UserError:
            pass
    # An order of few points may have the scheme's own pairs, or a mean face without any.
    assert missed <= (8 if scheme == "points5" else 4)


def test_the_nose_first_is_refused_with_the_pairs_that_were_found():
    line = told(many(face("points5")[[2, 0, 1, 3, 4]]), "points5")
    assert "the points 1-2, 3-4 mirror each other (numbered from 0), in the scheme 0-1, 3-4" in line


def test_an_unknown_scheme_has_no_order():
    accepted(many(face("points5")[[2, 0, 1, 3, 4]]), "nose_first")
