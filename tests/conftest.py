"""Shape checks of the rooms that hold the mathematics, and a look into traced functions."""

import importlib.util
import warnings

import jax
import pytest
from jaxtyping import install_import_hook

# Not el.queue: a pytree's leaves may be specs or shapes instead of arrays.
CHECKED = (
    *("augment", "lde", "linear", "losses"),
    *("el.contrast", "el.momentum", "el.pairs", "el.projection"),
    *("models.resnet", "models.landmarks", "models.two_branch"),
)
if importlib.util.find_spec("beartype"):  # typeguard 4 reads "B D" in an annotation as code
    # Before any of them is imported.
    install_import_hook([f"lanet_jax.{name}" for name in CHECKED], "beartype.beartype")
else:
    warnings.warn("array shapes are not checked: pip install beartype", stacklevel=1)


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
