"""The one line that a label file is refused with."""

import numpy as np
import pytest

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.input import noise_file


@pytest.fixture
def error_of(tmp_path):
    def read(text, names=("a.jpg", "b.jpg"), labels=(0, 1)):
        path = tmp_path / "bad.txt"
        path.write_text(text)
        with pytest.raises(UserError) as error:
            noise_file.read(path, names, EXPRESSIONS[:7], np.array(labels))
        assert "\n" not in str(error.value) and str(path) in str(error.value)
        return str(error.value)

    return read
