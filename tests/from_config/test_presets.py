"""What recipes and presets set, and what they leave alone."""

import importlib

import numpy as np
import pytest

from configs import ferplus, rafdb
from lanet_jax.errors import UserError
from lanet_jax.from_config import config, config_files, fields, flags
from lanet_jax.models import face29
from lanet_jax.recipes import PUBLISHED
from lanet_jax.study import axes


@pytest.mark.parametrize(
    ("method", "rate", "head", "batch", "epochs"),
    [  # docs/choices.md
        ("ce", 1e-3, 0.0, 128, 80),
        ("scn", 1e-3, 0.0, 64, 70),
        ("rul", 2e-4, 2e-3, 64, 60),
        ("eac", 2e-4, 0.0, 32, 60),
    ],
)
def test_published_recipes(resolved, method, rate, head, batch, epochs):
    c = resolved(method)
    p, a = c.optim, c.augment
    assert (p.learning_rate, p.head_learning_rate) == (rate, head)
    assert (p.batch_size, p.epochs) == (batch, epochs)
    assert (p.weight_decay, p.schedule, p.decay) == (1e-4, "exponential", 0.9)
    assert (a.erase_prob, a.erase_scale, a.mean[0]) == (0.5, (0.02, 0.25), 0.485)
    assert (a.noise_prob, a.noise_variance, a.resample) == (0.5, 30, "linear")
    assert (a.crop_scale, a.crop_ratio, a.jitter) == ((1, 1), (1, 1), (0, 0, 0))
    assert a.flip == (0 if method == "eac" else 0.5)
    assert c.scn.margin == (0.07 if method == "scn" else 0.15)


def test_the_published_rate_of_eac_follows_the_depth(resolved):
    assert resolved("eac", **{"model.depth": 50}).optim.learning_rate == 1e-4
    deeper, usual = resolved("rul", **{"model.depth": 50}), resolved("rul")
    assert deeper.optim.to_json() == usual.optim.to_json()


def test_what_a_recipe_writes_over_is_said():
    c = rafdb.get_config()
    c.method, c.optim.epochs, c.optim.weight_decay = "eac", 5, 1e-4
    told = config.recipe(c, config.resolve(c))
    assert "eac has augment.mean (0.485, " in told
    assert "optim.epochs 60 instead of 5" in told and "weight_decay" not in told
    for field, value in (("method", "lanet"), ("schedule", "shared")):
        other = c.copy_and_resolve_references()
        other[field] = value
        assert config.recipe(other, config.resolve(other)) == ""


@pytest.mark.parametrize("method", PUBLISHED)
def test_shared_leaves_every_field_alone(resolved, method):
    then, now = rafdb.get_config(), resolved(method, "shared")
    then.method, then.schedule, then.el.projection = method, "shared", 64
    assert now.to_json() == then.to_json()


@pytest.mark.parametrize("name", ["ferplus", "rafdb", "affectnet", "folder"])
def test_the_preset_face_is_complete(name):
    c = importlib.import_module(f"configs.{name}").get_config("face")
    c = config.resolve(c)
    assert (c.model.family, c.model.width, c.model.blocks) == ("face29", 32, 13)
    assert (c.model.pretrained, c.model.frozen_stages) == ("face29", 0)
    assert (c.schedule, c.sampler, c.augment.size, c.optim.learning_rate) == (
        *("shared", "uniform"),
        *(80, 2e-4),
    )
    assert (c.data.limit, c.noise.kind, c.loss.trust) == (0, "none", 0)
    # 122.782 of 255 is 0, one is 1/256 of the way.
    np.testing.assert_allclose((122.782 / 255 - c.augment.mean[0]) / c.augment.std[0], 0)
    np.testing.assert_allclose(1 / 255 / c.augment.std[0], 1 / 256)


def test_cpu_and_face_go_together_on_ferplus():
    c = config.resolve(ferplus.get_config("cpu,face"))
    assert (c.data.limit, c.noise.kind, c.noise.rate) == (10_000, "symmetric", 0.3)
    assert (c.optim.epochs, c.augment.size, c.model.width) == (40, 80, 32)
    assert (c.model.frozen_stages, c.loss.trust) == (2, 1)  # trust helps where labels are wrong
    assert ferplus.get_config("cpu,shipped").model.frozen_stages == 0
    assert c.data.test_split == ("valid",) == ferplus.get_config("face").data.test_split


@pytest.mark.parametrize("presets", ["cpu,robust,face", "robust,cpu,face", "robust,face"])
def test_robust_goes_with_face(presets):
    c = config.resolve(ferplus.get_config(presets))
    assert (c.lde.memory, c.loss.trust, c.model.family) == (4096, 1, "face29")


def test_studies_set_what_robust_sets():
    preset = flags.config(["--config=ferplus:robust"])
    study = flags.config(["--config=ferplus", *(f"--config.{field}" for field in axes.ROBUST)])
    assert study.to_json() == preset.to_json()


def test_a_recipe_keeps_the_colours_of_other_weights():
    c = ferplus.get_config("face")
    c.method, c.schedule = "eac", "published"
    written = config.resolve(c)
    assert written.augment.mean == face29.MEAN and written.augment.std == face29.STD
    assert (written.optim.batch_size, written.augment.erase_prob) == (32, 0.5)
    assert "augment.mean" not in config.recipe(c, written)


def test_reference_is_the_published_codes_reading():
    c = rafdb.get_config("reference")
    assert (c.landmarks.head, c.landmarks.trunk, c.landmarks.frame) == (
        "heatmap",
        "shared_stem",
        "image",
    )
    assert (c.augment.resample, c.augment.flip_swaps_points) == ("cubic", False)
    assert not (c.lde.exclude_same_id or c.lde.stop_gradient_neighbors or c.el.batch_negatives)
    with c.unlocked():
        c.method = "eac"
    assert config.resolve(c).augment.resample == "linear"  # each method by its own code


@pytest.mark.parametrize("config_file", ["demo:reference", "ferplus:cpu,reference,face"])
def test_reference_goes_nowhere_beyond_the_paper(config_file):
    c = config_files.config(config_file)[1]
    usual = fields.get_config()
    for field in ("memory", "sharpness", "neighbor_labels", "decay"):
        assert c.lde[field] == usual.lde[field]
    assert c.loss.trust == 0


def test_nothing_follows_the_preset_face():
    with pytest.raises(UserError, match="`face` comes last: write cpu,face"):
        config_files.config("ferplus:face,cpu")


@pytest.mark.parametrize(
    ("file", "one", "other", "why"),
    [
        ("ferplus", "face", "r50", "`face` and `r50` are two networks"),
        ("ferplus", "face", "shipped", "`face` and `shipped` are two networks"),
        ("ferplus", "r50", "shipped", "`r50` and `shipped` are two networks"),
        ("ferplus", "robust", "shipped", "`robust` is LA-Net and `shipped` trains by CE"),
        ("folder", "face", "small", "`small` starts from the face network by itself"),
        ("folder", "robust", "small", "`small` is `robust`"),
        ("folder", "reference", "small", "`reference` is LA-Net as published"),
        ("rafdb", "reference", "robust", "`reference` is LA-Net as published"),
        ("demo", "face", "tiny", "`face` has the size and the epochs that `tiny` is to spare"),
    ],
)
def test_of_presets_that_undo_each_other_one_is_taken(file, one, other, why):
    for both in (f"{one},{other}", f"{other},{one}"):
        with pytest.raises(UserError, match=f"--config: .*{why}.*: take one"):
            config_files.config(f"{file}:{both}")


def test_presets_of_a_users_own_exclude_only_what_they_say():
    def small(c):
        c.optim.epochs = 2

    c = fields.apply_presets(rafdb.get_config().unlock(), "small,robust", {"small": small})
    assert (c.optim.epochs, c.lde.neighbors) == (2, 32)


@pytest.mark.parametrize("presets", ["small,robust", "robust,small", "face,small"])
def test_a_preset_that_does_not_exist_is_named_first(presets):
    with pytest.raises(UserError, match="no preset 'small'"):
        rafdb.get_config(presets)


def test_images_of_the_mixed_set_are_stored_as_large_as_the_face_network_sees_them():
    c = config_files.config("mixed:cpu,face")[1]
    assert c.data.stored_size == c.augment.size == 80
