"""Grad-CAM for any method, using only its `predict`."""

import functools
from collections.abc import Callable
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.figures.style import NotDrawnError
from lanet_jax.methods.method import Predicts
from lanet_jax.models.stages import Stage
from lanet_jax.typing import PyTree

_FINEST = 6  # least side of a map, in places, that shows anything


def grad_cam(
    method: Predicts, params: PyTree, model_state: PyTree, images: Float[Array, "B H W 3"]
) -> tuple[Float[Array, "B C"], Float[Array, "B h w"]]:
    """Shows where the network looks for the class that it predicts.

    The map is that of the last stage with a side of six places or more: stage 4 at 224 px as
    published, an earlier one for smaller images, whose last map is too coarse.

    Source: Selvaraju et al., "Grad-CAM", ICCV 2017, eq. 1 and 2; as the paper's Figure 6, in
    inference mode.

    Args:
      method: a method whose `predict` runs a backbone of `models.stages.Stage`.
      params: parameters that `predict` reads.
      model_state: model state that it reads.
      images: normalised images at the network's input size.

    Returns:
      Probabilities, and the map of each image's predicted class, in [0, 1].

    Raises:
      NotDrawnError: no stage of the network is a `models.stages.Stage`, whose maps these are.
    """
    predict = functools.partial(method.predict, params, model_state)
    shapes: dict[str, jax.ShapeDtypeStruct] = {}

    def measured(name: str, x: jax.Array) -> jax.Array:
        shapes[name] = jax.ShapeDtypeStruct(x.shape, x.dtype)
        return x

    jax.eval_shape(lambda x: _with_stages(measured, predict, x), images)
    if not shapes:
        raise NotDrawnError(
            "Grad-CAM sees only backbones of models.stages.Stage, and this has none"
        )
    fine = [name for name, x in shapes.items() if min(x.shape[1:3]) >= _FINEST]
    chosen = (fine or list(shapes))[-1 if fine else 0]

    def score(shift: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
        seen = []

        def shifted(name: str, x: jax.Array) -> jax.Array:
            if name != chosen:
                return x
            seen.append(x)
            return x + shift

        logits, _ = _with_stages(shifted, predict, images)
        return jnp.sum(jnp.max(logits, axis=1)), (logits, seen[0])

    shift = jnp.zeros(shapes[chosen].shape, shapes[chosen].dtype)
    gradient, (logits, activation) = jax.grad(score, has_aux=True)(shift)
    weights = jnp.mean(gradient.astype(jnp.float32), axis=(1, 2), keepdims=True)
    heat = nn.relu(jnp.sum(weights * activation, axis=-1))
    highest = jnp.max(heat, axis=(1, 2), keepdims=True)
    return jax.nn.softmax(logits), heat / jnp.where(highest > 0, highest, 1.0)


def _with_stages(
    change: Callable[[str, jax.Array], jax.Array], function: Callable[..., Any], *args: Any
) -> Any:
    """Calls a function with the output of every ResNet stage in it replaced."""

    def intercept(
        call: Callable[..., Any], args: tuple, kwargs: dict, context: nn.module.InterceptorContext
    ) -> Any:
        output = call(*args, **kwargs)
        if isinstance(context.module, Stage) and context.method_name == "__call__":
            return change(context.module.name, output)  # type: ignore[arg-type]  # a bound module has a name
        return output

    with nn.intercept_methods(intercept):
        return function(*args)
