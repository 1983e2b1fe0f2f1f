"""Where a method's classifier starts from."""

import flax.linen as nn

from lanet_jax.methods.method import Example
from lanet_jax.typing import Key, PyTree


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
