from pathlib import Path

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.landmarks.schemes import SCHEMES, infer_flip_index
from tests.landmarks.drawn_face import face as drawn


@pytest.mark.parametrize("name", SCHEMES)
def test_flip_index_is_an_involution_of_every_point(name):
    scheme = SCHEMES[name]
    index = np.array(scheme.flip_index)
    assert sorted(index) == list(range(scheme.points))
    np.testing.assert_array_equal(index[index], np.arange(scheme.points))


@pytest.mark.parametrize(
    ("name", "middle"),
    [
        ("points5", [2]),
        ("aflw19", [13, 16, 18]),
        ("ibug68", [8, 27, 28, 29, 30, 33, 51, 57, 62, 66]),
        ("wflw98", [16, 51, 52, 53, 54, 57, 79, 85, 90, 94]),
    ],
)
def test_only_the_points_on_the_midline_stay(name, middle):
    index = np.array(SCHEMES[name].flip_index)
    assert np.flatnonzero(index == np.arange(len(index))).tolist() == middle


def test_named_pairs():
    assert SCHEMES["points5"].flip_index == (1, 0, 2, 4, 3)
    assert SCHEMES["aflw19"].flip_index[6:12] == (11, 10, 9, 8, 7, 6)  # eyes, corner to corner
    ibug68, wflw98 = SCHEMES["ibug68"].flip_index, SCHEMES["wflw98"].flip_index
    assert (ibug68[36], ibug68[41], ibug68[48], ibug68[67]) == (45, 46, 54, 65)
    assert (wflw98[33], wflw98[38], wflw98[60], wflw98[96]) == (46, 50, 72, 97)


@pytest.mark.parametrize("name", SCHEMES)
def test_a_drawn_face_is_mirrored_onto_itself(name):
    face = drawn(name)
    flipped = (face * [-1, 1])[list(SCHEMES[name].flip_index)]
    assert np.abs(flipped - face).max() < 0.4  # points of one stroke are about 1 apart


@pytest.mark.parametrize("name", SCHEMES)
def test_an_expression_moves_all_but_the_jaw_and_the_nose(name):
    x, y = drawn(name, crooked=0).T
    jaw, nose = (x / 7) ** 2 + (y / 8) ** 2 > 0.9, (np.abs(x) < 1.7) & (np.abs(y) < 2.2)
    assert list(SCHEMES[name].expressive) == np.flatnonzero(~jaw & ~nose).tolist()


@pytest.mark.parametrize("name", SCHEMES)
def test_errors_are_in_distances_of_the_outer_corners_of_the_eyes(name):
    outer = 3.0 if name == "points5" else 4.2  # which has their centres
    eyes = drawn(name, crooked=0)[list(SCHEMES[name].eyes)]
    np.testing.assert_allclose(eyes, [[-outer, -2], [outer, -2]])


def test_infer_finds_the_published_index():
    face = drawn("ibug68") + np.array([24, 20])  # pixels, not centred
    assert infer_flip_index(face) == list(SCHEMES["ibug68"].flip_index)


def test_infer_finds_no_pairs_in_a_turned_face_and_refuses_missing_points():
    face = drawn("ibug68")
    turned = face + np.array([2.0, 0]) * (face[:, :1] > 0) * face  # one half wider
    assert infer_flip_index(turned) == []
    assert infer_flip_index(face * [0, 1]) == []  # all at one x
    face[[5, 48]] = np.nan
    with pytest.raises(UserError, match=r"no face has point 5, 48 \(from 0\) inside its image"):
        infer_flip_index(face)


@pytest.mark.parametrize("name", SCHEMES)
def test_the_docs_have_the_order_of_each_scheme(name):
    page = (Path(__file__).parents[2] / "docs/training.md").read_text(encoding="utf-8")
    assert f"| `{name}` | {SCHEMES[name].order} |" in page
