"""Compiling for a GPU that is not there, where JAX has no plugin for it."""

import pytest
from jax.experimental import topologies

from benchmarks import gpu_program
from benchmarks.shape import Shape
from lanet_jax.errors import UserError


def test_without_the_plugin_it_says_what_to_install(monkeypatch):
    def unknown(*_, **__):
        raise NotImplementedError("topology not implemented for cuda")

    monkeypatch.setattr(topologies, "get_topology_desc", unknown)
    with pytest.raises(UserError, match=r"topology not implemented.*pip install 'jax\[cuda12\]=="):
        gpu_program.compiled(Shape(), "coordinates")
