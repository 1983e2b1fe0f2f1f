import numpy as np

from lanet_jax.landmarks.heights import in_heights


def test_a_wide_image_is_wider_than_high():
    points, aspect = np.full((2, 1, 2), 0.5), np.array([2.0, 1.0])
    np.testing.assert_array_equal(in_heights(points, aspect)[:, 0], [[1, 0.5], [0.5, 0.5]])
