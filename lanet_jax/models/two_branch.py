"""The expression network and the landmark network, separate or on one shared stem."""

from typing import NamedTuple

import flax.linen as nn
from jaxtyping import Array, Float

from lanet_jax.models.classifiers import Classifier
from lanet_jax.models.landmarks import LandmarkNet
from lanet_jax.models.pure import unless_empty
from lanet_jax.typing import PyTree


class Outputs(NamedTuple):
    """The outputs of both branches for a batch.

    Attributes:
      logits: logits of the expression classes.
      expression: features u of the expression network.
      landmarks: predicted coordinates [B, L, 2] or heatmaps [B, h, w, L].
      landmark: features v of the landmark network.
    """

    logits: Float[Array, "B C"]
    expression: Float[Array, "B Du"]
    landmarks: Float[Array, "B ..."]
    landmark: Float[Array, "B Dv"]


class TwoBranch(nn.Module):
    """Both networks of LA-Net.

    Attributes:
      expression: the expression network, the only one used at inference.
      landmark: the landmark network. Its trunk starts where the expression network does or, if they
        share a stage, on the map of that stage.
    """

    expression: Classifier
    landmark: LandmarkNet

    def __call__(self, images: Float[Array, "B H W _"], train: bool) -> Outputs:
        logits, u, maps = self.expression(images, train)
        first = self.landmark.trunk.first_stage
        start = maps[0] if first > self.expression.backbone.first_stage else images
        landmarks, v = self.landmark(start, train, below=start if first > 1 else None)
        return Outputs(logits, u, landmarks, v)


def start_from_backbone(variables: PyTree, params: PyTree, stats: PyTree) -> PyTree:
    """Gives both trunks the same weights.

    Args:
      variables: {"params", "batch_stats"} of a `TwoBranch`.
      params: parameters of a backbone.
      stats: running batch statistics of the backbone.

    Returns:
      The variables; a trunk that starts at the second stage takes only the stages that it has.
    """
    replaced = {}
    for collection, backbone in (("params", params), ("batch_stats", stats)):
        # A network without running statistics has no branches there.
        branches = {"expression": {}, "landmark": {}, **variables[collection]}
        trunk = {name: backbone[name] for name in branches["landmark"].get("trunk", {})}
        replaced[collection] = {
            "expression": {**branches["expression"], **unless_empty("backbone", backbone)},
            "landmark": {**branches["landmark"], **unless_empty("trunk", trunk)},
        }
    return replaced
