"""A model file, and labels drawn from the softmax of some logits."""

import numpy as np
import pytest

from lanet_jax.checkpoint import model_file
from lanet_jax.trained import network as trained_network
from tests.export.evaluations import CLASSES, softmax


@pytest.fixture(scope="module")
def drawn():
    """Labels drawn from the softmax of some logits."""
    rng = np.random.default_rng(0)
    logits = 2 * rng.normal(size=(4000, 3))
    return logits, np.array([rng.choice(3, p=p) for p in softmax(logits)])


@pytest.fixture
def model(tmp_path):
    """A model file of CE."""
    return _written(tmp_path / "net.safetensors", "ce")


@pytest.fixture
def scn(tmp_path):
    """A model file of SCN."""
    return _written(tmp_path / "scn.safetensors", "scn")


def _written(path, method):
    card = {
        **{"classes": CLASSES, "size": 16, "depth": 18, "width": 4, "stem": "small"},
        **{"mean": [0.5] * 3, "std": [0.2] * 3, "method": method, "precision": "float32"},
        **{"grey": False, "step": 9},
    }
    rng = np.random.default_rng(1)
    tree = {
        name: {part: _filled(tree, rng) for part, tree in shapes.items()}
        for name, shapes in trained_network.shapes(card).items()
    }
    model_file.write(path, tree["params"], tree["model_state"], card)
    return path


def _filled(tree, rng):
    if isinstance(tree, dict):
        return {name: _filled(part, rng) for name, part in tree.items()}
    if len(tree.shape) == 1:
        return np.ones(tree.shape, np.float32)
    return rng.normal(0, np.prod(tree.shape[:-1]) ** -0.5, tree.shape).astype(np.float32)
