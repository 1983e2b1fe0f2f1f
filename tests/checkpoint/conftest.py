"""Three saved checkpoints."""

import shutil

import pytest

from lanet_jax.checkpoint import states
from tests.checkpoint.saved import CARD, state


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    checkpoints = states.Checkpoints(folder, 3)
    for step in (3, 6, 9):
        checkpoints.save(step, state(step), CARD)
    checkpoints.close()
    return folder


@pytest.fixture
def saved(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "run")
