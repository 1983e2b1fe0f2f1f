"""What holds for every family of backbones."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.models import backbones
from lanet_jax.models.backbones import FAMILIES, description, make

SETTINGS = {"width": 2, "depth": 18, "stem": "small", "blocks": 13, "other": 7}


def settings(family):
    return {"family": family, **SETTINGS}


def drawn(network, size):
    """Variables without compiling the initialisation."""
    rng = np.random.default_rng(0)
    params, stats = jax.tree.map(
        lambda x: (rng.uniform(0.5, 1.5, x.shape) / x.size**0.5).astype(np.float32),
        backbones.shapes(network, size),
    )
    return {"params": params, "batch_stats": stats}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_backbone_is_described_by_its_own_fields(family):
    fields = description(settings(family))
    assert set(fields) == {"family", "width", *FAMILIES[family].choices}
    assert make(fields) == make(settings(family))
    assert isinstance(make(fields), FAMILIES[family].module)


def test_no_two_families_share_a_field():
    # The config has one field of a name, and one list of its values.
    names = [name for family in FAMILIES.values() for name in family.choices]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("family", FAMILIES)
def test_the_first_stages_and_the_rest_are_the_whole(family):
    whole = make(settings(family))
    images = jnp.array(np.random.default_rng(1).normal(size=(2, 24, 24, 3)), jnp.float32)
    variables = drawn(whole, 24)
    maps = jax.jit(lambda v, x: whole.apply(v, x, False))(variables, images)
    assert [m.shape[-1] for m in maps] == [whole.stage_width(k) for k in (1, 2, 3, 4)]
    head, tail = make(settings(family), last_stage=1), make(settings(family), first_stage=2)
    names = set(backbones.shapes(head, 24)[0])
    first, rest = (
        {k: {n: x for n, x in t.items() if (n in names) is is_first} for k, t in variables.items()}
        for is_first in (True, False)
    )
    (below,) = jax.jit(lambda v, x: head.apply(v, x, False))(first, images)
    above = jax.jit(lambda v, x: tail.apply(v, x, False))(rest, below)
    for found, expected in zip((below, *above), maps, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
