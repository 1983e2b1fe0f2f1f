"""Every field of a config has its limits, and nonsense is refused before data are read."""

import math

import pytest

from lanet_jax.errors import UserError
from lanet_jax.from_config import config, config_files, fields, limits
from lanet_jax.from_config.limits import LIMITS
from lanet_jax.recipes import PUBLISHED

ALL = limits.flatten(fields.get_config())


def test_every_field_stands_in_the_table():
    assert set(LIMITS) == set(ALL)


@pytest.mark.parametrize("method", PUBLISHED)
def test_the_papers_settings_and_each_recipe_pass(with_fields, method):
    assert with_fields(method=method, schedule="published").method == method


@pytest.mark.parametrize(
    "name",
    [
        *("affectnet", "affectnet:classes7", "demo", "demo:tiny", "ferplus", "ferplus:cpu"),
        *(
            "ferplus:shipped",
            "ferplus:cpu,face",
            "ferplus:cpu,robust,face",
            "demo:robust",
            "folder",
            "folder:small",
            "mixed",
            "mixed:cpu",
            "rafdb",
        ),
        *("folder:small", "rafdb:reference", "rafdb:r50", "rafdb:face"),
    ],
)
def test_bundled_configs_pass(name):
    config.resolve(config_files.config(name)[1])


NONSENSE = {
    "method": ["lanett", "", None, 1],
    "seed": [-1, 2**32, 1.5, True, "0"],
    "data.dir": ["", " ", "a\0b"],
    "data.train": [(), ("",), ("demo", "demo"), "demo", ("demo", 1), ("demo,rafdb",)],
    "data.test": [("",), ("demo", "demo")],
    "data.test_split": [("",), "test"],
    "data.limit": [-5, 0.5],
    "data.holdout": [-0.1, 1.0, math.nan],
    "data.fold": [-1],
    "data.stored_size": [-1, 10**6],
    "data.threads": [0, -1],
    "noise.rate": [-0.1, 1.1, math.nan, math.inf],
    "noise.exact": [1, "yes"],
    "augment.size": [4, -48, 48.0],
    "augment.mean": [(0.5, 0.5), (0.5, 0.5, 128.0), (0.5, 0.5, math.nan), 0.5],
    "augment.std": [(0.0, 0.2, 0.2), (-1.0, 0.2, 0.2)],
    "augment.crop_scale": [(0.0, 1.0), (1.0, 0.5), (0.5, 1.5), (0.5,)],
    "augment.crop_ratio": [(0.0, 1.0), (2.0, 1.0)],
    "augment.flip": [2.0],
    "augment.jitter": [(0.4, 0.4), (0.4, 0.4, -0.1)],
    "augment.erase_prob": [2.0, -0.5, math.nan],
    "model.depth": [34, "18"],
    "model.width": [-4],
    "model.frozen_stages": [-2],
    "lde.neighbors": [-1, 8.0],
    "lde.memory": [-128, 128.0],
    "lde.neighbor_labels": ["given", ""],
    "lde.sharpness": [0.5, 11.0, math.nan],
    "lde.decay": [-0.1, 1.0, 2.0, math.nan],
    "el.threshold": [1.5],
    "el.temperature": [0.0, -1.0, math.nan],
    "el.momentum": [1.5],
    "el.queue_size": [-128],
    "scn.top_share": [0.0, 1.0],
    "scn.relabel_epoch": [0],
    "eac.weight": [-1.0],
    "loss.alpha": [-1.0, math.inf, 1e308],
    "loss.trust_balance": [2.0],
    "optim.epochs": [-1, 1.5, 10**12],
    "optim.batch_size": [-8, 1, 0.0, False],
    "optim.learning_rate": [-1.0, math.nan, math.inf, 1e300, 1e-320],
    "optim.weight_decay": [-1e-4],
    "optim.decay": [0.0, 1.1],
    "optim.warmup": [-1.0],
    "train.log_every": [0, -1],
    "train.checkpoint_every": [-1, 10**30],
    "train.keep": [0, -1],
    "profile.start": [0],
    "profile.steps": [-1],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, vs in NONSENSE.items() for v in vs])
def test_nonsense_is_one_line_that_names_the_field_and_what_it_may_be(with_fields, field, value):
    with pytest.raises(UserError) as caught:
        with_fields(**{field: value})
    line = str(caught.value)
    assert line == f"--config.{field}={value!r}: must be {LIMITS[field].may_be}"


@pytest.mark.parametrize("field", [f for f, v in ALL.items() if type(v) in (int, float)])
def test_no_number_takes_nan_or_a_word_or_a_switch(field):
    for value in (math.nan, math.inf, -math.inf, "1", True, None):
        assert not LIMITS[field].holds(value)


def test_fields_that_came_or_are_lacking_are_named():
    c = fields.get_config()
    with c.unlocked():
        c.optim.epoch = 3
    with pytest.raises(UserError, match=r"optim\.epoch: nothing reads .* optim\.epochs\?"):
        limits.check(c)
    with c.unlocked():
        del c.optim.epoch, c.lde.decay
    with pytest.raises(
        UserError, match=r"no field lde\.decay: begin it with .*from_config\.fields"
    ):
        limits.check(c)
