"""What a card describes is what is left of the method that wrote it."""

import jax
import numpy as np
import pytest

from configs import rafdb
from lanet_jax.checkpoint.metadata import completed, wrong_keys
from lanet_jax.checkpoint.states import inference_part
from lanet_jax.errors import UserError
from lanet_jax.from_config import config, training
from lanet_jax.from_config.run import card
from lanet_jax.recipes import PUBLISHED
from lanet_jax.trained import network as trained_network

CLASSES = ("anger", "fear", "neutral")


def resolved(method, **fields):
    c = rafdb.get_config()
    c.method = method
    small = {
        "lde.neighbors": 3,
        "model.width": 4,
        "augment.size": 32,
        "optim.batch_size": 8,
        "el.queue_size": 8,
    }
    c.update_from_flattened_dict({**small, **fields})
    c.schedule = "shared"
    return config.resolve(c)


@pytest.mark.parametrize(("depth", "stem"), [(18, "small"), (50, "imagenet")])
@pytest.mark.parametrize("name", PUBLISHED)
def test_the_card_is_enough(name, depth, stem):
    fields = {"model.depth": depth, "model.stem": stem, "precision": "bfloat16"}
    c = resolved(name, **fields)
    method, own = training.method(c, len(CLASSES), 5), card(c, CLASSES, grey=True)
    assert own["grey"] and not wrong_keys(own)
    network = method.network.expression if name == "lanet" else method.expression
    assert trained_network.method(own).expression == network
    example = training.example_of_shape(c, np.zeros(1, np.int32))
    params, state = jax.eval_shape(method.init, jax.random.key(0), example)
    assert trained_network.shapes(own) == inference_part(params, state, method)


@pytest.mark.parametrize(
    ("name", "family", "frozen"),
    [("ce", "face29", 1), ("rul", "face29", 0), ("lanet", "face29", 2), ("scn", "resnet", 1)],
)
def test_the_card_is_enough_for_every_backbone_and_its_frozen_stages(name, family, frozen):
    fields = {"model.family": family, "model.frozen_stages": frozen, "model.pretrained": "w"}
    c = resolved(name, **fields)
    method, own = training.method(c, len(CLASSES), 5), card(c, CLASSES)
    assert not wrong_keys(own) and own["family"] == family
    assert ("blocks" in own, "stem" in own) == (family == "face29", family == "resnet")
    example = training.example_of_shape(c, np.zeros(1, np.int32))
    params, state = jax.eval_shape(method.init, jax.random.key(0), example)
    found = trained_network.shapes(own)
    assert found == inference_part(params, state, method)
    assert ("frozen" in found["model_state"]) == bool(frozen)


@pytest.mark.parametrize(
    ("key", "value"),
    [("family", "vgg"), ("family", 3), ("blocks", 12), ("blocks", True), ("frozen_stages", 4)],
)
def test_a_damaged_description_of_the_backbone_is_named(key, value):
    c = resolved("ce", **{"model.family": "face29"})
    assert wrong_keys({**card(c, CLASSES), key: value}) == [key]


@pytest.mark.parametrize("resample", ["linear", "cubic"])
@pytest.mark.parametrize("side", [32, 40])
def test_images_are_prepared_as_training_evaluates_them(side, resample):
    c = resolved("ce", **{"augment.resample": resample})
    pixels = np.random.default_rng(0).integers(0, 256, (1, side, side, 3), np.uint8)
    images = jax.numpy.asarray(pixels)
    prepared = trained_network.preprocessing(card(c, CLASSES))(images)
    np.testing.assert_array_equal(prepared, training.preprocessing(c)(images))


def test_arrays_of_another_network_are_named():
    own = card(resolved("ce"), CLASSES)
    tree = trained_network.shapes(own)
    found = trained_network.fitted(tree["params"], tree["model_state"], own, "x")
    assert found == (tree["params"], tree["model_state"])
    for key, value, expected in (
        ("classes", [*CLASSES, "disgust"], r"fc/kernel is \(32, 3\), not \(32, 4\)"),
        ("method", "scn", r"2 missing .*importance/kernel"),
        ("stem", "small", r"conv1/kernel is \(7, 7, 3, 4\)"),
    ):
        with pytest.raises(UserError, match=f"^x: .*{expected}"):
            trained_network.fitted(tree["params"], tree["model_state"], {**own, key: value}, "x")


def test_older_cards_say_less():
    own = card(resolved("ce"), CLASSES)
    later = {"family", "frozen_stages", "precision", "grey", "resample"}
    older = {key: value for key, value in own.items() if key not in later}
    assert set(wrong_keys({**older, "family": "resnet"})) == later - {"family"}
    assert completed(older) == own
