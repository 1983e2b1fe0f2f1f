"""Where a head's output puts the landmarks, by hand."""

import numpy as np

from lanet_jax.models.landmark_points import points


def test_the_peak_of_a_heatmap_is_the_middle_of_its_pixel():
    maps = np.zeros((2, 2, 4, 2))  # records, rows, columns, landmarks
    maps[0, 1, 2, 0] = maps[0, 0, 3, 1] = maps[1, 0, 0, 0] = maps[1, 1, 0, 1] = 1
    expected = [[[2.5 / 4, 0.75], [3.5 / 4, 0.25]], [[0.5 / 4, 0.25], [0.5 / 4, 0.75]]]
    np.testing.assert_array_equal(points(maps), expected)


def test_coordinates_stay():
    found = np.array([[[0.1, 0.9]]])
    assert points(found) is found
