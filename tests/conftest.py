"""Eight devices, shape checks of the rooms that hold the mathematics, a look into functions."""

import os

# Before the first computation; commands that tests start set their own.
os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=8"

import hypothesis
import jax
import pytest
from jaxtyping import install_import_hook

# The same examples everywhere; a slow machine is no fault.
hypothesis.settings.register_profile("lanet_jax", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("lanet_jax")

# Not el.queue: a pytree's leaves may be specs or shapes instead of arrays.
CHECKED = (
    *("augment", "copies", "lde", "linear", "losses"),
    *("el.contrast", "el.momentum", "el.pairs", "el.projection"),
    *("models.resnet", "models.classifiers", "models.landmarks", "models.two_branch"),
)
# Before any of them is imported; by beartype, as typeguard 4 reads "B D" in an annotation as code.
install_import_hook([f"lanet_jax.{name}" for name in CHECKED], "beartype.beartype")


@pytest.fixture
def traced_shapes():
    """Shapes of all arrays that a function makes when called, those in nested functions too."""

    def shapes(function, *args):
        found, jaxprs = [], [jax.make_jaxpr(function)(*args).jaxpr]
        while jaxprs:
            for equation in jaxprs.pop().eqns:
                found += [v.aval.shape for v in equation.outvars]
                jaxprs += jax.core.jaxprs_in_params(equation.params)
        return found

    return shapes
