"""Landmarks that the face's own frame cannot use."""

import types

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.from_config import fields, landmark_targets
from lanet_jax.input.records import Landmarks
from lanet_jax.landmarks.schemes import SCHEMES


def train(known):
    """Faces with four landmarks, of which the first `known` of each are known."""
    rng = np.random.default_rng(0)
    points = rng.random((len(known), 4, 2)).astype(np.float32)
    marks = Landmarks(
        points, np.arange(4) < np.array(known)[:, None], np.ones(len(known), np.float32)
    )
    names = tuple(f"{row}.png" for row in range(len(known)))
    return types.SimpleNamespace(
        marks=marks, names=names, scheme="mine", landmarks=4, flip_index=()
    )


def config():
    c = fields.get_config()
    c.data.train = ("mine",)
    return c


def test_records_that_cannot_be_aligned_are_told(capsys):
    found = landmark_targets.framed(config(), train([4, 4, 2, 3, 0]))
    assert found.shapes.known.any(axis=1).tolist() == [True, True, False, True, False]
    told = capsys.readouterr().err
    assert told.startswith("note: the face's own frame needs three known points that are not on a")
    assert told.endswith(
        "; 1 of 4 records with landmarks, such as 2.png, lack them and count as records without "
        "landmarks\n"
    )


def test_shapes_are_those_of_the_pixels_whatever_the_images_shape():
    square, wide = train([4] * 5), train([4] * 5)
    wide.marks = Landmarks(square.marks.points / [2, 1], square.marks.present, np.full(5, 2.0))
    one, other = (landmark_targets.framed(config(), records) for records in (square, wide))
    np.testing.assert_allclose(one.shapes.points, other.shapes.points, atol=1e-4)


def test_a_set_of_which_no_face_can_be_aligned_is_refused():
    with pytest.raises(UserError, match=r"3 of 3 records .*landmarks\.frame=image, or other"):
        landmark_targets.framed(config(), train([2, 2, 1, 0]))


def test_points_without_pairs_are_not_mirrored_in_the_image():
    c, unpaired = config(), train([4, 4, 4])
    c.landmarks.frame = "image"
    with pytest.raises(UserError, match=r"scheme 'mine' are not paired.*--config\.augment\.flip=0"):
        landmark_targets.framed(c, unpaired)
    for field, value in (("flip", 0.0), ("flip_swaps_points", False)):
        c = config()
        c.landmarks.frame, c.augment[field] = "image", value
        assert landmark_targets.framed(c, unpaired) is None
    c = config()
    c.landmarks.frame, unpaired.flip_index = "image", (1, 0, 3, 2)
    assert landmark_targets.framed(c, unpaired) is None


def test_a_part_without_any_landmark_is_not_called_a_set_without():
    told = (
        r"none of this run's 2 training records has any: take more .* --landmarks FILE .*"
        r" --config\.landmarks\.enabled=False .* --config\.method=ce"
    )
    with pytest.raises(UserError, match=told):
        landmark_targets.framed(config(), train([0, 0]))


def test_where_only_points_that_are_not_learned_are_known_all_may_be_learned(capsys):
    """Of 68 points the 17 of the jaw."""
    rng = np.random.default_rng(0)
    points = rng.random((3, 68, 2)).astype(np.float32)
    jaw = np.broadcast_to(np.arange(68) < 17, (3, 68)).copy()
    scheme = SCHEMES["ibug68"]
    faces = types.SimpleNamespace(
        marks=Landmarks(points, jaw, np.ones(3, np.float32)),
        names=("a.png", "b.png", "c.png"),
        scheme="ibug68",
        landmarks=68,
        flip_index=scheme.flip_index,
    )
    advice = r", and one of brows, eyes and mouth; .*--config\.landmarks\.points=all or"
    with pytest.raises(UserError, match=advice):
        landmark_targets.framed(config(), faces)
    c = config()
    c.landmarks.points = "all"
    assert landmark_targets.framed(c, faces).shapes.known.any(axis=1).all()
    assert capsys.readouterr().err == ""


def test_more_records_without_landmarks_than_faces_usually_lack_are_told():
    few, many = train([4] * 7 + [1, 1, 0]), train([4] * 8 + [0, 0])
    assert landmark_targets.note(config(), few) == ""
    told = landmark_targets.note(config(), many)
    assert told.startswith("note: no landmarks for 2 of 10 training records: these teach")
    for changes in ({"method": "ce"}, {"landmarks.enabled": False}):
        c = config()
        c.update_from_flattened_dict(changes)
        assert landmark_targets.note(c, many) == ""


def test_a_run_without_landmarks_needs_none_and_ignores_those_there_are():
    c = config()
    c.landmarks.enabled = False
    assert landmark_targets.framed(c, train([4, 4])) is None
    assert landmark_targets.framed(c, types.SimpleNamespace(marks=None)) is None
