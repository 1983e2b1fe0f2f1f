"""Polygons filled in integers: centres decide, the last layer wins, even overlaps are holes."""

import numpy as np

from data.demo.raster import topmost


def box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def test_a_box_fills_the_pixels_whose_centres_it_holds():
    picture = topmost([[box(0.25, 0.5, 0.75, 1.0)]], 8)
    expected = np.full((8, 8), -1)
    expected[4:8, 2:6] = 0
    assert np.array_equal(picture, expected)


def test_boxes_that_share_an_edge_neither_overlap_nor_leave_a_gap():
    left = topmost([[box(0, 0, 0.44, 1)]], 8) == 0
    right = topmost([[box(0.44, 0, 1, 1)]], 8) == 0
    assert np.array_equal(left, ~right)


def test_later_layers_lie_on_top_and_may_reach_outside():
    picture = topmost([[box(-3, -3, 3, 3)], [box(0.5, 0.5, 9, 9)]], 4)
    assert picture.tolist() == [[0, 0, 0, 0]] * 2 + [[0, 0, 1, 1]] * 2


def test_two_outlines_of_one_layer_make_a_ring():
    picture = topmost([[box(0, 0, 1, 1), box(0.25, 0.25, 0.75, 0.75)]], 8)
    assert (picture == -1).sum() == 16
    assert (picture[2:6, 2:6] == -1).all()


def test_direction_does_not_matter():
    star = 0.5 + 0.45 * np.stack([f(np.arange(5) * 0.8 * np.pi) for f in (np.cos, np.sin)], 1)
    assert np.array_equal(topmost([[star]], 64), topmost([[star[::-1]]], 64))


def test_a_triangle_has_its_area():
    picture = topmost([[np.array([(0.1, 0.1), (0.9, 0.3), (0.3, 0.8)])]], 200)
    area = abs(0.8 * 0.7 - 0.2 * 0.2) / 2
    assert abs((picture == 0).mean() - area) < 0.002
