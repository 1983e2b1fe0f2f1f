import numpy as np
import pytest


@pytest.fixture
def blank():
    return np.full((64, 64, 3), 128, np.uint8)
