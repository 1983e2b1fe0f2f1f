"""What the methods share of their classifier: where it starts from, and what it predicts."""

import dataclasses

import flax.linen as nn
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float

from lanet_jax.methods.method import Example
from lanet_jax.models.resnet import apply
from lanet_jax.typing import Key, PyTree

PART = "expression"


@dataclasses.dataclass(frozen=True)
class OneClassifier:
    """A method of one classifier, but for its loss; what is left of any method at inference.

    Attributes:
      expression: the network: is called with (images, train) and gives logits, features and
        something more.
    """

    expression: nn.Module
    inference = (PART,)

    def init(self, key: Key, example: Example) -> tuple[PyTree, PyTree]:
        """See `Method.init`."""
        params, stats = start(self.expression, key, example)
        return {PART: params}, {PART: stats}

    def predict(
        self, params: PyTree, model_state: PyTree, images: Float[Array, "B H W 3"]
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"]]:
        """See `Method.predict`."""
        return predict(self.expression, params[PART], model_state[PART], images)

    def specs(self) -> PyTree:
        """See `Method.specs`: whole on every device."""
        return {PART: P()}

    def targets(self, model_state: PyTree) -> Float[Array, "N C"] | None:
        """See `Method.targets`: none is estimated."""
        del model_state
        return None


def start(network: nn.Module, key: Key, example: Example) -> tuple[PyTree, PyTree]:
    """Draws a classifier, and takes the backbone from the pretrained weights if there are any.

    Args:
      network: has a `backbone`, and is called with (images, train).
      key: random key.
      example: shape of the images, and the weights.

    Returns:
      Parameters and running batch statistics.
    """
    variables = network.init(key, example.images[:1], False)
    params, stats = variables["params"], variables["batch_stats"]
    if example.pretrained:
        backbone, backbone_stats = example.pretrained
        params = {**params, "backbone": backbone}
        stats = {**stats, "backbone": backbone_stats}
    return params, stats


def predict(
    network: nn.Module, params: PyTree, stats: PyTree, images: Float[Array, "B H W 3"]
) -> tuple[Float[Array, "B C"], Float[Array, "B D"]]:
    """Logits and features of a classifier by its running statistics.

    Args:
      network: is called with (images, train) and gives logits, features and something more.
      params: its parameters.
      stats: its running batch statistics.
      images: normalised.

    Returns:
      Logits and features.
    """
    (logits, features, _), _ = apply(network, params, stats, images, False)
    return logits, features
