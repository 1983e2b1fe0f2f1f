"""What LA-Net looks for neighbours in: its spaces, a batch, and the memory of past ones."""

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from lanet_jax.lde import memory, neighborhood
from lanet_jax.lde.memory import Candidates, Memory
from lanet_jax.lde.neighborhood import Neighborhood
from lanet_jax.methods.lanet_settings import LDE
from lanet_jax.models.two_branch import Outputs
from lanet_jax.typing import Batch, PyTree

BRANCHES = ("expression", "landmark")
SPACES = {"none": (), "expression": ("expression",), "both": ("expression", "landmark")}


def widths(lde: LDE, outputs: Outputs) -> dict[str, int]:
    """Width of each space, D.

    Args:
      lde: settings.
      outputs: outputs of the networks, or their shapes.

    Returns:
      The widths by space.
    """
    features = {space: getattr(outputs, space).shape[1] for space in SPACES[lde.spaces]}
    if "landmark" in features and lde.landmark_space == "geometry":
        features["landmark"] = math.prod(outputs.landmarks.shape[1:])  # type: ignore[union-attr]  # the space has them
    return features


def find(
    lde: LDE, contributions: PyTree, outputs: Outputs, batch: Batch, past: Memory | None
) -> dict[str, Neighborhood]:
    """The neighbours of a batch in each space, and the mean of what they contribute (Eq. 1 to 4).

    A sample without landmarks has no position in landmark space: there it neither has nor is a
    neighbour.

    Args:
      lde: settings.
      contributions: score network of each space.
      outputs: outputs of the networks for the batch.
      batch: the global batch; of its labels only those that neighbours contribute are looked at.
      past: the memory before the step; None without one.

    Returns:
      The neighbourhoods by space.
    """
    labels = _contributed(lde, outputs, batch)
    found = {}
    for space, features in _features(lde, outputs, batch).items():
        known = _known(batch) if space == "landmark" else None
        own = Candidates(features, labels, batch["id"], known)
        others = None if past is None else memory.others(past, space, own)
        found[space] = neighborhood.find(
            contributions[space], own, others, lde.neighbors, lde.exclude_same_id
        )
    return found


def remember(lde: LDE, past: Memory, outputs: Outputs, batch: Batch) -> Memory:
    """The memory after the step.

    Args:
      lde: settings.
      past: the memory before it.
      outputs: outputs of the networks for the batch.
      batch: the global batch.

    Returns:
      The memory with the batch in place of its oldest one.
    """
    features, labels = _features(lde, outputs, batch), _contributed(lde, outputs, batch)
    return memory.update(past, features, labels, batch["id"], _known(batch))


def _features(lde: LDE, outputs: Outputs, batch: Batch) -> dict[str, Float[Array, "B D"]]:
    features = {space: getattr(outputs, space) for space in SPACES[lde.spaces]}
    if "landmark" in features and lde.landmark_space == "geometry":
        points = jnp.where(batch["present"][..., None], batch["landmarks"], 0.0)
        features["landmark"] = points.reshape(len(points), -1)
    return features


def _known(batch: Batch) -> Bool[Array, " B"]:
    return jnp.any(batch["present"], axis=1)


def _contributed(lde: LDE, outputs: Outputs, batch: Batch) -> Float[Array, "B C"]:
    """The label distribution that each sample contributes as a neighbour."""
    if lde.neighbor_labels == "observed":
        return jax.nn.one_hot(batch["label"], outputs.logits.shape[1])
    p = jax.nn.softmax(outputs.logits)
    return jax.lax.stop_gradient(p) if lde.stop_gradient_neighbors else p
