import importlib.util

import numpy as np
import pytest

from lanet_jax.faces import downloads


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


@pytest.fixture
def real_models():
    """Skips where the model files or what runs them are absent."""
    if importlib.util.find_spec("ai_edge_litert") is None or not downloads.are_there():
        pytest.skip(f"needs the extra faces and `{downloads.COMMAND}`")
