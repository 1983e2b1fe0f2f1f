"""The face's own frame: what does not change it, and hand-made faces."""

import jax
import numpy as np
import pytest

from lanet_jax.augment.geometry import flip_points
from lanet_jax.landmarks import face_frame
from lanet_jax.landmarks.schemes import SCHEMES

N, L = 60, 5
FLIP = SCHEMES["points5"].flip_index
KEPT = SCHEMES["points5"].expressive  # eyes and mouth corners
MEAN_FACE = np.array([[-1.0, -1], [1, -1], [0, 0], [-0.7, 1], [0.7, 1]])
RNG = np.random.default_rng(0)
FACES = MEAN_FACE + RNG.normal(size=(N, L, 2)) * 0.1
ALL = np.ones((N, L), bool)


def moved(points, angle, size, shift):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return size * points @ turn.T + shift


@pytest.fixture(scope="module")
def frame():
    return face_frame.fit(FACES, ALL, KEPT, FLIP)


def shapes(frame, points, present=ALL):
    return face_frame.shapes(frame, points, present, KEPT, FLIP)


def test_scores_have_mean_0_and_variance_1(frame):
    points, known = shapes(frame, FACES)
    assert known.all() and points.shape == (N, 4, 2) and points.dtype == np.float32
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(points.std(axis=0), 1, atol=1e-5)


@pytest.mark.parametrize(("angle", "size", "shift"), [(0.4, 1.0, 0), (0, 31.0, 0), (-1.2, 0.2, 7)])
def test_place_size_and_turn_change_nothing(frame, angle, size, shift):
    found = shapes(frame, moved(FACES, angle, size, shift)).points
    np.testing.assert_allclose(found, shapes(frame, FACES).points, atol=1e-3)


def test_a_mirror_image_has_the_same_shape(frame):
    in_image = (FACES + 3) / 6
    mirrored = np.array(jax.vmap(lambda p, w: flip_points(p, w, FLIP)[0])(in_image, ALL))
    found = shapes(frame, mirrored).points
    np.testing.assert_allclose(found, shapes(frame, in_image).points, atol=1e-3)


def test_left_and_right_are_their_mean():
    """A brow that one face raises on the left is, in the frame, raised by half on both sides."""
    one = FACES.copy()
    one[:, 0, 1] -= 0.02
    both = FACES.copy()
    both[:, :2, 1] -= 0.01
    frame = face_frame.fit(FACES, ALL, KEPT, FLIP)
    base, half, whole = (shapes(frame, points).points for points in (FACES, both, one))
    assert np.abs(whole - half).mean() < 0.2 * np.abs(half - base).mean()


def test_the_reference_is_the_mean_face_and_symmetric(frame):
    reference = frame.reference
    np.testing.assert_allclose(reference * [-1, 1], reference[list(FLIP)], atol=1e-6)
    centred = MEAN_FACE - MEAN_FACE.mean(axis=0)
    centred /= np.sqrt(np.mean(np.sum(centred**2, axis=1)))
    np.testing.assert_allclose(reference, centred, atol=0.05)


def test_without_pairs_nothing_is_averaged():
    frame = face_frame.fit(FACES, ALL, range(L), ())
    one = FACES.copy()
    one[:, 0, 1] -= 0.4
    moved_points = face_frame.shapes(frame, one, ALL, range(L), ()).points
    still = face_frame.shapes(frame, FACES, ALL, range(L), ()).points
    change = np.abs(moved_points - still).mean(axis=0)[:, 1]
    assert change[0] > 1.5 * change[1]


def test_missing_points_are_masked_and_taken_from_the_other_side(frame):
    present = ALL.copy()
    present[0, 0] = False  # the left eye: its mirror image stands for it
    present[1, [0, 1]] = False  # both eyes
    present[2] = False
    present[3, 2:] = False  # two points are no shape
    points = FACES.copy()
    points[~present] = np.nan
    found, known = shapes(frame, points, present)
    assert known[0].all() and np.isfinite(found).all()
    np.testing.assert_array_equal(known[1], [False, False, True, True])
    assert not known[2:4].any() and (found[~known] == 0).all() and known[4:].all()
    np.testing.assert_allclose(found[4:], shapes(frame, FACES).points[4:], atol=1e-6)


@pytest.mark.parametrize("missing", [0, 2, 4])
def test_a_missing_point_moves_no_other(frame, missing):
    """What is left of the reference, wherever it lies, still lies on the reference."""
    present = ALL[:1].copy()
    present[0, missing] = False
    whole = moved(frame.reference, 0.3, 40.0, 100)[None]
    torn = np.where(present[..., None], whole, 1e4)
    found = shapes(frame, torn, present).points
    np.testing.assert_allclose(found, shapes(frame, whole, ALL[:1]).points, atol=1e-3)


def test_faces_that_all_lack_a_point_have_a_frame_too(frame):
    """Its statistics are of the known points: half of the faces lack both eyes."""
    present = ALL.copy()
    present[np.arange(N), np.arange(N) % L] = False
    present[: N // 2] = [False, False, True, True, True]
    fitted = face_frame.fit(FACES, present, KEPT, FLIP)
    np.testing.assert_allclose(fitted.reference, frame.reference, atol=0.1)
    points, known = shapes(fitted, FACES, present)
    assert known[:, 2:].all() and 0 < known[:, 0].sum() < N
    np.testing.assert_allclose(points.mean(axis=0, where=known[..., None]), 0, atol=1e-5)
    np.testing.assert_allclose(points.std(axis=0, where=known[..., None]), 1, atol=1e-5)


def test_of_many_records_some_of_all_places_are_fitted_and_all_are_mapped(frame, monkeypatch):
    whole = shapes(frame, FACES)
    monkeypatch.setattr(face_frame, "_MOST", 7)
    for one, other in zip(shapes(frame, FACES), whole, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    spread = FACES[[0, 9, 19, 29, 39, 49, 59]]
    few = face_frame.fit(spread, ALL[:7], KEPT, FLIP)
    for one, other in zip(face_frame.fit(FACES, ALL, KEPT, FLIP), few, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_never_varies_is_zero_and_not_infinite():
    """On the midline a point and its mirror image have opposite x, and their mean is 0."""
    frame = face_frame.fit(FACES, ALL, range(L), FLIP)
    nose = face_frame.shapes(frame, FACES, ALL, range(L), FLIP).points[:, 2]
    assert (nose[:, 0] == 0).all() and nose[:, 1].std() == pytest.approx(1, abs=1e-3)


def test_faces_in_one_place_have_no_shape(frame):
    points = FACES.copy()
    points[0] = 0.5
    found, known = shapes(frame, points)
    assert not known[0].any() and known[1:].all() and np.isfinite(found).all()


def test_a_set_without_landmarks_has_a_frame_that_knows_nothing():
    frame = face_frame.fit(FACES, ~ALL, KEPT, FLIP)
    found, known = shapes(frame, FACES, ~ALL)
    assert not known.any() and (found == 0).all()


@pytest.mark.parametrize("name", SCHEMES)
def test_expressive_points_are_closed_under_the_mirror(name):
    scheme = SCHEMES[name]
    assert {scheme.flip_index[i] for i in scheme.expressive} == set(scheme.expressive)
    assert len(set(scheme.expressive)) == len(scheme.expressive) < scheme.points
    assert scheme.flip_index[scheme.eyes[0]] == scheme.eyes[1]


def test_points_on_a_line_are_no_face(frame):
    line = np.stack([np.arange(L), 0.5 * np.arange(L)], axis=-1) * 7 + 3
    present = ALL[:3].copy()
    present[1, 3:] = False
    two_of_three = FACES[1].copy()
    two_of_three[2] = two_of_three[0]  # the third of three known points is the first again
    points, known = shapes(frame, np.stack([line, two_of_three, FACES[2]]), present)
    assert not known[:2].any() and (points[:2] == 0).all() and known[2].all()


def test_points_that_coincide_up_to_rounding_are_no_face(frame):
    spread = np.random.default_rng(1).normal(size=(L, 2))
    rounded = np.concatenate([FACES[:3] * 20 + 100, [100 + 1e-5 * spread]]).astype(np.float32)
    points, known = shapes(frame, rounded, ALL[:4])
    assert known[:3].all() and not known[3].any()
    assert (points[3] == 0).all()
    np.testing.assert_allclose(points[:3], shapes(frame, FACES[:3], ALL[:3]).points, atol=1e-3)


def test_the_frame_is_fitted_to_records_that_have_landmarks(frame, monkeypatch):
    monkeypatch.setattr(face_frame, "_MOST", N)
    sparse = np.zeros((40 * N, L, 2))
    sparse[20 : 20 + N] = FACES  # of evenly drawn rows, two
    present = np.zeros((40 * N, L), bool)
    present[20 : 20 + N] = True
    found = face_frame.fit(sparse, present, KEPT, FLIP)
    for one, other in zip(found, frame, strict=True):
        np.testing.assert_array_equal(one, other)
