"""The neighbours of a batch in one space, and the mean of their predictions (Eq. 1 to 4)."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from lanet_jax.lde import aggregate, contribution, neighbors


class Neighborhood(NamedTuple):
    """The neighbours of a batch in one space.

    Attributes:
      index: indices of the neighbours in the batch, nearest first.
      exists: which of the K neighbours exist.
      shares: weight of each in the mean.
      mean: the space's label distributions.
      unweighted: what they would be if all neighbours counted alike; only to measure the scores by.
    """

    index: Int[Array, "B K"]  # type: ignore[assignment]  # hides a tuple's method, which nobody needs
    exists: Bool[Array, "B K"]
    shares: Float[Array, "B K"]
    mean: Float[Array, "B C"]
    unweighted: Float[Array, "B C"]


def find(
    params: contribution.Contribution,
    features: Float[Array, "B D"],
    probabilities: Float[Array, "B C"],
    ids: Int[Array, " B"],
    k: int,
    exclude_same_id: bool,
    known: Bool[Array, " B"] | None = None,
) -> Neighborhood:
    """Finds neighbours, scores them, and averages their predictions (Eq. 1 to 4).

    Args:
      params: score network of the space.
      features: features of the global batch.
      probabilities: p of the batch.
      ids: record of each sample.
      k: number of neighbours, K; in a smaller batch, all.
      exclude_same_id: see `neighbors.nearest_neighbors`.
      known: see `neighbors.nearest_neighbors`.

    Returns:
      The neighbourhood.
    """
    index, exists = neighbors.nearest_neighbors(
        features, ids, min(k, features.shape[0]), exclude_same_id, known
    )
    z = contribution.scores(params, features, index)
    mean = aggregate.neighborhood_mean(probabilities, index, exists, z)
    unweighted = aggregate.neighborhood_mean(probabilities, index, exists, jnp.zeros_like(z))
    return Neighborhood(index, exists, aggregate.shares(exists, z), mean, unweighted)
