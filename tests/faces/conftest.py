import numpy as np
import pytest


@pytest.fixture
def blank():
    return np.full((64, 64, 3), 128, np.uint8)


@pytest.fixture
def in_frame():
    """Points of an image, in pixels, in the frame of a square: what undoes `Square.to_image`."""

    def moved(square, points):
        axes = square.to_image(np.eye(2)) - square.to_image(np.zeros(2))
        return (points - square.to_image(np.zeros(2))) @ np.linalg.inv(axes)

    return moved
