import numpy as np

from lanet_jax.audit import geometry
from lanet_jax.landmark_schemes import SCHEMES

SCHEME = "ibug68"
FLIP = SCHEMES[SCHEME].flip_index


def _faces(n=12):
    """Faces that are nearly symmetric, each with its own expression."""
    rng = np.random.default_rng(0)
    base = rng.normal(size=(68, 2))
    base = (base + (base * [-1, 1])[list(FLIP)]) / 2
    return base + 0.1 * rng.normal(size=(n, 68, 2))


def _features(faces, known=None):
    known = np.ones(len(faces), bool) if known is None else known
    return geometry.features(faces, known, SCHEME, FLIP)


def test_place_size_and_tilt_are_gone():
    faces = _faces()
    angle = 0.4
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moved = faces.copy()
    moved[3] = 7 * faces[3] @ turn + [100, -20]
    np.testing.assert_allclose(_features(moved), _features(faces), atol=1e-5)


def test_a_mirrored_face_is_the_same():
    faces = _faces()
    mirrored = faces.copy()
    mirrored[5] = (faces[5] * [-1, 1])[list(FLIP)]
    np.testing.assert_allclose(_features(mirrored), _features(faces), atol=1e-5)


def test_jaw_and_nose_are_left_out_and_the_mouth_is_not():
    faces = _faces()
    assert _features(faces).shape == (12, 2 * (5 + 5 + 12 + 20))
    opened = faces.copy()
    opened[2, 57, 1] += 0.5
    assert np.abs(_features(opened)[2] - _features(faces)[2]).max() > 0.01


def test_an_unknown_face_stands_at_the_mean():
    faces = _faces()
    faces[4] = 0
    known = np.arange(12) != 7
    found = _features(faces, known)
    rest = np.delete(found, [4, 7], axis=0)
    assert np.isfinite(found).all()
    for row in (4, 7):
        np.testing.assert_allclose(found[row], rest.mean(axis=0), atol=1e-5)


def test_another_scheme_keeps_all_points():
    points = np.random.default_rng(1).normal(size=(6, 19, 2))
    found = geometry.features(points, np.ones(6, bool), "aflw19", SCHEMES["aflw19"].flip_index)
    assert found.shape == (6, 38)
