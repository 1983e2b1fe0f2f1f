"""Which runs have parts to measure."""

import types

import pytest

from lanet_jax.evaluate import spaces
from lanet_jax.methods.lanet import LANet
from tests.lanet_settings import settings


@pytest.mark.parametrize(
    ("landmark", "space", "measured"),
    [(None, "none", False), (None, "expression", True), (object(), "none", True)],
)
def test_a_run_without_any_part_has_none_to_measure(landmark, space, measured):
    network = types.SimpleNamespace(landmark=landmark)
    built = types.SimpleNamespace(method=LANet(network, *settings(spaces=space)))
    assert (spaces.of(built, None) is not None) == measured


def test_other_methods_have_no_parts():
    assert spaces.of(types.SimpleNamespace(method=object()), None) is None
