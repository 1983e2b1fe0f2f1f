import importlib.util

import numpy as np
import pytest

from lanet_jax.faces import downloads


@pytest.fixture
def blank():
    return np.full((64, 64, 3), 128, np.uint8)


@pytest.fixture
def real_models():
    """Skips where the model files or what runs them are absent."""
    if importlib.util.find_spec("ai_edge_litert") is None or not downloads.are_there():
        pytest.skip(f"needs the extra faces and `{downloads.COMMAND}`")
