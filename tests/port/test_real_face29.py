"""dlib's own numbers of one image, where `get-faces` was run."""

from pathlib import Path

import cv2
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.augment.compose import preprocess_batch
from lanet_jax.checkpoint.formats import read_safetensors
from lanet_jax.checkpoint.pretrained import IN_CACHE, in_cache, load_backbone
from lanet_jax.models import backbones
from lanet_jax.models.classifiers import global_average
from lanet_jax.models.face29 import MEAN, STD, Face29

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def weights():
    path = in_cache("face29")
    if not path.is_file():
        pytest.skip(f"{path} is not there: {IN_CACHE['face29']}")
    return path


def test_all_128_numbers_are_dlibs(weights):
    network = Face29(blocks=14, truncate=True)
    params, stats = load_backbone(weights, *backbones.shapes(network, 150), network.left_out)
    chip = cv2.imread(str(HERE / "face_chip.png"))[None, ..., ::-1]
    images = preprocess_batch(jnp.asarray(chip), 150, MEAN, STD)
    run = jax.jit(lambda v, x: network.apply(v, x, False))
    maps = run({"params": params, "batch_stats": stats}, images)
    assert [m.shape[1] for m in maps] == [35, 17, 8, 4, 2]
    embedding = global_average(maps[-1]) @ read_safetensors(weights)["params/fc/kernel"]
    expected = np.loadtxt(HERE / "face_chip.txt").reshape(1, 128)
    np.testing.assert_allclose(embedding, expected, atol=1e-4)


def test_thirteen_blocks_take_their_part(weights):
    network = Face29(blocks=13)
    params, _ = load_backbone(weights, *backbones.shapes(network, 80), network.left_out)
    assert set(params) == {"conv1", "bn1", "layer1", "layer2", "layer3", "layer4"}
