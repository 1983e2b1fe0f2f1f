"""Frozen first stages, for any method: their feature map takes the image's place.

The stages are not parameters of the method, so that no loss, optimizer, weight decay or momentum
copy can reach them, and all its networks start from one map that is computed once per step.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float

from lanet_jax.methods.method import Example, Method
from lanet_jax.models.backbones import Backbone
from lanet_jax.models.pure import draw
from lanet_jax.typing import Batch, Key, PyTree

PART = "frozen"
_VIEWS = ("image", "mirrored")


@dataclasses.dataclass(frozen=True)
class Frozen:
    """A method whose networks start at the first stage that is not frozen.

    Attributes:
      stages: the frozen part of the backbone; it normalises by its running statistics.
      method: the method that trains the rest.
    """

    stages: Backbone
    method: Method

    @property
    def inference(self) -> tuple[str, ...]:
        """See `Predicts`."""
        return (*self.method.inference, PART)

    def init(self, key: Key, example: Example) -> tuple[PyTree, PyTree]:
        """See `Method.init`; pretrained weights are split between the two parts."""
        frozen_key, key = jax.random.split(key)
        frozen = draw(self.stages, frozen_key, example.images[:1])  # type: ignore[arg-type]  # a Linen module
        if example.pretrained:
            names = set(frozen["params"])
            taken, rest = zip(*(_split(tree, names) for tree in example.pretrained), strict=True)
            frozen = dict(zip(("params", "batch_stats"), taken, strict=True))
            example = example._replace(pretrained=rest)
        below = jax.eval_shape(self.below, {PART: frozen}, example.images)
        example = example._replace(images=jnp.zeros(below.shape, below.dtype))
        params, state = self.method.init(key, example)
        return params, {**state, PART: frozen}

    def loss(
        self, params: PyTree, model_state: PyTree, batch: Batch, key: Key
    ) -> tuple[Float[Array, ""], tuple[PyTree, dict[str, Float[Array, ""]]]]:
        """See `Method.loss`."""
        with jax.named_scope("backbone_frozen"):
            views = {v: self.below(model_state, batch[v]) for v in _VIEWS if v in batch}  # type: ignore[literal-required]  # its keys
        loss, (state, metrics) = self.method.loss(params, model_state, {**batch, **views}, key)  # type: ignore[typeddict-item]  # as many
        return loss, ({**state, PART: model_state[PART]}, metrics)

    def predict(
        self, params: PyTree, model_state: PyTree, images: Float[Array, "B H W 3"]
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"]]:
        """See `Predicts.predict`."""
        return self.method.predict(params, model_state, self.below(model_state, images))

    def specs(self) -> PyTree:
        """See `Method.specs`."""
        return {**self.method.specs(), PART: P()}

    def targets(self, model_state: PyTree) -> Float[Array, "N C"] | None:
        """See `Method.targets`."""
        return self.method.targets(model_state)

    def below(
        self, model_state: PyTree, images: Float[Array, "B H W 3"]
    ) -> Float[Array, "B h w D"]:
        """Computes what the networks of `method` take as images.

        Args:
          model_state: model state of this method.
          images: normalised images at the network's input size.

        Returns:
          The map of the last frozen stage.
        """
        return self.stages.apply(model_state[PART], images, False)[-1]  # type: ignore[attr-defined]  # a Linen module


def behind(method: Method) -> tuple[Method, Callable[[PyTree, jax.Array], jax.Array]]:
    """Splits a method from its frozen stages, if it has any.

    Args:
      method: method that may be wrapped by this module.

    Returns:
      The method that owns the networks, and a function from (model state, normalised images) to
      what these networks take as images.
    """
    if isinstance(method, Frozen):
        return method.method, method.below
    return method, lambda model_state, images: images


def _split(tree: dict[str, Any], names: set[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        {name: value for name, value in tree.items() if name in names},
        {name: value for name, value in tree.items() if name not in names},
    )
