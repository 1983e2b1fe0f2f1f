"""The expression network and, if there is one, the landmark network: apart or on one stem."""

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
      landmarks: predicted coordinates [B, L, 2] or heatmaps [B, h, w, L]; None without landmarks.
      landmark: features v of the landmark network; None without one.
    """

    logits: Float[Array, "B C"]
    expression: Float[Array, "B Du"]
    landmarks: Float[Array, "B ..."] | None
    landmark: Float[Array, "B Dv"] | None


class TwoBranch(nn.Module):
    """Both networks of LA-Net.

    Attributes:
      expression: the expression network, the only one used at inference.
      landmark: the landmark network; None trains without landmarks. Its trunk starts where the
        expression network does or, if they share a stage, on the map of that stage.
    """

    expression: Classifier
    landmark: LandmarkNet | None

    def __call__(self, images: Float[Array, "B H W _"], train: bool) -> Outputs:
        logits, u, maps = self.expression(images, train)
        if self.landmark is None:
            return Outputs(logits, u, None, None)
        first = self.landmark.trunk.first_stage
        start = maps[0] if first > self.expression.backbone.first_stage else images
        landmarks, v = self.landmark(start, train, below=start if first > 1 else None)
        return Outputs(logits, u, landmarks, v)


def start_from_backbone(variables: PyTree, params: PyTree, stats: PyTree) -> PyTree:
    """Gives the trunks of all branches that there are the same weights.

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
        branches = {branch: {} for branch in variables["params"]} | variables[collection]
        trunk = {name: backbone[name] for name in branches.get("landmark", {}).get("trunk", {})}
        own = {"expression": ("backbone", backbone), "landmark": ("trunk", trunk)}
        replaced[collection] = {
            branch: {**tree, **unless_empty(*own[branch])} for branch, tree in branches.items()
        }
    return replaced
