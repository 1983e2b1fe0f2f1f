"""What methods with a single classifier share: initialisation and prediction."""

import dataclasses

import flax.linen as nn
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float

from lanet_jax.methods.method import Example
from lanet_jax.models.pure import apply, draw, unless_empty
from lanet_jax.typing import Key, PyTree

PART = "expression"


@dataclasses.dataclass(frozen=True)
class OneClassifier:
    """A method with one classifier, without its loss; it is also any method at inference.

    Attributes:
      expression: the network, called with (images, train); returns logits, features and one more
        output.
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
        """See `Method.specs`: replicated on every device."""
        return {PART: P()}

    def targets(self, model_state: PyTree) -> Float[Array, "N C"] | None:
        """See `Method.targets`: there are none."""
        del model_state
        return None


def start(network: nn.Module, key: Key, example: Example) -> tuple[PyTree, PyTree]:
    """Initialises a classifier, with a pretrained backbone if there is one.

    Args:
      network: network with a `backbone`, called with (images, train).
      key: random key of the network's parameters.
      example: shape of the images, and the pretrained weights.

    Returns:
      Parameters and running batch statistics.
    """
    variables = draw(network, key, example.images[:1])
    params, stats = variables["params"], variables["batch_stats"]
    if example.pretrained:
        backbone, backbone_stats = example.pretrained
        params = {**params, "backbone": backbone}
        stats = {**stats, **unless_empty("backbone", backbone_stats)}
    return params, stats


def predict(
    network: nn.Module, params: PyTree, stats: PyTree, images: Float[Array, "B H W 3"]
) -> tuple[Float[Array, "B C"], Float[Array, "B D"]]:
    """Predicts by a classifier's running statistics.

    Args:
      network: the classifier, see `OneClassifier`.
      params: parameters of the network, trained or from `start`.
      stats: its running batch statistics.
      images: normalised images at the network's input size.

    Returns:
      Logits and features.
    """
    (logits, features, _), _ = apply(network, params, stats, images, False)
    return logits, features
