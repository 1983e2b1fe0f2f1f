"""What a method of `recipes.py` needs elsewhere; a failure names the file that lacks it."""

import jax
import pytest

from lanet_jax.from_config import fields, training
from lanet_jax.models import backbones
from lanet_jax.recipes import PUBLISHED
from lanet_jax.report import run_files, training_terms
from tests import plain_family


def test_each_has_a_title():
    assert run_files._METHODS.keys() == PUBLISHED.keys(), (
        "_METHODS in lanet_jax/report/run_files.py"
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_of_its_metrics_has_a_title(name, example, batches, monkeypatch):
    monkeypatch.setitem(backbones.FAMILIES, "plain", plain_family.FAMILY)
    c = fields.get_config()
    c.method, c.model.family, c.model.width = name, "plain", 4
    c.el.projection = c.el.queue_size = c.lde.neighbors = 8
    method, key = training.method(c, 7, 5), jax.random.key(0)
    batch = {**batches[0], "mirrored": batches[0]["image"]}
    parts = jax.eval_shape(method.init, key, example)
    _, (_, metrics) = jax.eval_shape(method.loss, *parts, batch, key)
    assert metrics.keys() <= training_terms.TERMS.keys(), "lanet_jax/report/training_terms.py"
