"""The network that a config starts from where it leaves that open."""

import numpy as np
import pytest

from configs import folder
from lanet_jax.checkpoint import model_file
from lanet_jax.errors import UserError
from lanet_jax.from_config import combinations, config, limits, starts
from lanet_jax.run import folder as run_folder


def test_without_weights_the_network_starts_from_nothing(opened, chosen):
    opened(60, 48, "train", "test")
    c, told = chosen()
    assert (c.model.family, c.model.width, c.model.pretrained) == ("resnet", 32, "")
    assert (c.optim.epochs, c.optim.learning_rate, c.model.frozen_stages) == (80, 1e-3, 0)
    assert "width 32" in told


@pytest.mark.parametrize("changes", [{}, {"optim.epochs": 2}])
def test_the_face_weights_are_taken_where_they_are(opened, chosen, tmp_path, changes):
    opened(60, 48, "train", "test")
    (tmp_path / "face29").touch()
    c, told = chosen(**changes)
    face = folder.get_config("face")
    for field in ("family", "width", "pretrained"):
        assert c.model[field] == face.model[field]
    assert c.model.frozen_stages == 2  # for two cores
    for field in ("size", "mean", "std"):
        assert c.augment[field] == face.augment[field]
    assert c.optim.learning_rate == face.optim.learning_rate
    assert c.optim.epochs == changes.get("optim.epochs", face.optim.epochs)
    assert "weights face29, 2 stages frozen" in told
    limits.check(c)
    combinations.check(c)


def test_the_bundled_network_may_be_the_start(opened, chosen):
    opened(60, 48, "train", "test")  # and no weights in the cache
    c, told = chosen(**{"model.pretrained": "bundled"})
    assert (c.model.family, c.model.width, c.model.pretrained) == ("face29", 32, "bundled")
    assert "weights bundled" in told
    assert config.resolve(c).model.pretrained == "bundled"  # no path


def test_a_trained_network_of_another_depth_than_the_one_chosen_is_not_taken(
    opened, chosen, tmp_path
):
    opened(60, 48, "train", "test")
    card = {"classes": ["anger"], "size": 48, "width": 8, "depth": 18, "stem": "small"}
    card |= {"method": "ce", "mean": [0.5] * 3, "std": [0.5] * 3, "family": "resnet"}
    model_file.write(tmp_path / "own.safetensors", {"a": np.ones(1)}, {"b": np.ones(1)}, card)
    weights = {"model.pretrained": str(tmp_path / "own.safetensors")}
    assert (chosen(**weights)[0].model.width, chosen(**weights)[0].model.depth) == (8, 18)
    c, _ = chosen("small,r50", **weights)
    assert c.model.depth == 50  # and the weights are refused
    with pytest.raises(UserError, match=r"add --config.model.depth=18"):
        starts.compare(c)


@pytest.mark.parametrize(
    "presets, changes",
    [
        ("small,r50", {}),
        ("small", {"model.width": 16}),
        ("small", {"model.stem": "imagenet"}),
        ("small", {"model.pretrained": "own.safetensors"}),
    ],
)
def test_a_network_that_was_chosen_is_kept(opened, chosen, tmp_path, presets, changes):
    opened(60, 48, "train", "test")
    (tmp_path / "face29").touch()
    c, _ = chosen(presets, **changes)
    assert c.model.family == "resnet"
    assert not c.model.pretrained.endswith("face29")
    assert c.model.width == changes.get("model.width", 32)


@pytest.mark.parametrize("frozen", [0, 1, 3])
@pytest.mark.parametrize("weights", ["", "bundled"])
def test_as_many_stages_are_frozen_as_were_asked_for(opened, chosen, tmp_path, frozen, weights):
    opened(60, 48, "train", "test")
    (tmp_path / "face29").touch()
    c, told = chosen(**{"model.frozen_stages": frozen, "model.pretrained": weights})
    assert (c.model.family, c.model.frozen_stages) == ("face29", frozen)
    assert ("frozen" in told) == bool(frozen)
    combinations.check(c)


def test_what_was_asked_for_of_a_start_is_kept(opened, chosen, tmp_path):
    opened(60, 48, "train", "test")
    (tmp_path / "face29").touch()
    c, _ = chosen(**{"model.blocks": 14, "augment.mean": (0.5, 0.5, 0.5)})
    assert (c.model.family, c.model.blocks, c.model.pretrained) == ("face29", 14, "face29")
    assert c.augment.mean == (0.5, 0.5, 0.5)
    assert c.augment.std == folder.get_config("face").augment.std
    combinations.check(c)


def test_without_weights_nothing_that_needs_them_is_taken(opened, chosen):
    opened(60, 48, "train", "test")
    for changes, told in (
        ({"model.frozen_stages": 1}, "would freeze random weights"),
        ({"model.blocks": 14}, "model.blocks belongs to face29"),
    ):
        with pytest.raises(UserError, match=told):
            combinations.check(chosen(**changes)[0])


@pytest.mark.parametrize("then, now", [("", "face29"), ("face29", "")])
def test_a_run_that_is_resumed_keeps_its_weights(opened, chosen, tmp_path, then, now):
    opened(60, 48, "train", "test")
    if then:
        (tmp_path / then).touch()
    begun, _ = chosen()
    run_folder.claim(tmp_path / "run", begun)
    (tmp_path / "run" / "metrics.jsonl").write_text("{}\n")
    (tmp_path / "face29").unlink() if then else (tmp_path / now).touch()
    run_folder.check(tmp_path / "run", chosen()[0])
