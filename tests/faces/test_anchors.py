import numpy as np
import pytest

from lanet_jax.faces.anchors import (
    Candidates,
    decode,
    grid_anchors,
    intersection_over_union,
    join,
    merge,
)


def _candidates(boxes, scores):
    boxes = np.array(boxes, float).reshape(-1, 4)
    keypoints = np.repeat(boxes[:, None, :2], 6, axis=1)
    return Candidates(boxes, keypoints, np.array(scores, float))


def test_anchors_cell_by_cell_row_by_row_grid_by_grid():
    found = grid_anchors(8, ((4, 1), (8, 2)))
    expected = [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75], [0.5, 0.5], [0.5, 0.5]]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("side", "grids", "count"), [(128, ((8, 2), (16, 6)), 896), (192, ((4, 1),), 2304)]
)
def test_as_many_anchors_as_the_published_detectors_have(side, grids, count):
    assert grid_anchors(side, grids).shape == (count, 2)


def test_decoding_by_hand():
    raw = np.zeros((2, 16))
    raw[1] = [10, -20, 40, 20, *([5, 10] * 6)]  # centre, width and height, keypoints
    logits = np.array([[-1.0], [np.log(3)]])
    found = decode(raw, logits, np.array([[0.1, 0.1], [0.5, 0.5]]), side=100, least=0.5)
    assert found.scores == pytest.approx([0.75])
    np.testing.assert_allclose(found.boxes, [[0.4, 0.2, 0.8, 0.4]])
    np.testing.assert_allclose(found.keypoints[0], [[0.55, 0.6]] * 6)


def test_decoding_of_scores_beyond_what_exp_can_hold():
    logits = np.array([[1e30], [-1e30]], np.float32)
    found = decode(np.zeros((2, 16), np.float32), logits, np.zeros((2, 2)), side=1, least=0.0)
    np.testing.assert_allclose(found.scores, [1, 0], atol=1e-12)


def test_intersection_over_union_by_hand():
    others = np.array([[0, 0, 2, 2], [1, 1, 3, 3], [2, 2, 4, 4], [1, 1, 1, 1], [3, 3, 2, 2.0]])
    found = intersection_over_union(np.array([0, 0, 2, 2.0]), others)
    np.testing.assert_allclose(found, [1, 1 / 7, 0, 0, 0])


def test_merging_averages_by_score():
    found = merge(
        _candidates([[0, 0, 10, 10], [2, 0, 12, 10], [50, 50, 60, 60]], [0.25, 0.75, 0.9])
    )
    np.testing.assert_allclose(found.boxes, [[50, 50, 60, 60], [1.5, 0, 11.5, 10]])
    np.testing.assert_allclose(found.keypoints[1], [[1.5, 0]] * 6)
    np.testing.assert_allclose(found.scores, [0.9, 0.75])


def test_neighbours_stay_apart():
    # Each overlaps with the next by a third of both: 1/3 >= .3; the first and third do not.
    chain = _candidates([[0, 0, 10, 10], [5, 0, 15, 10], [10, 0, 20, 10]], [0.9, 0.6, 0.8])
    assert len(merge(chain)) == 2
    assert len(merge(chain, overlap=0.34)) == 3


def test_merging_ends_on_empty_boxes_and_on_none():
    assert len(merge(_candidates([[1, 1, 1, 1]] * 3, [0.5, 0.6, 0.7]))) == 3
    none = merge(_candidates([], []))
    assert (len(none), none.boxes.shape, none.keypoints.shape) == (0, (0, 4), (0, 6, 2))


def test_joining_and_choosing():
    both = join([_candidates([[0, 0, 1, 1]], [0.5]), _candidates([[2, 2, 3, 3]], [0.6])])
    assert both[both.scores > 0.55].boxes.tolist() == [[2, 2, 3, 3]]
