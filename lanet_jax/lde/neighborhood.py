"""The neighbours of a batch in one space, and the mean of what they contribute (Eq. 1 to 4)."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from lanet_jax.lde import aggregate, contribution, neighbors
from lanet_jax.lde.memory import Candidates


class Neighborhood(NamedTuple):
    """The neighbours of a batch in one space.

    Attributes:
      records: record of each neighbour, nearest first.
      exists: which of the K neighbours exist.
      shares: weight of each in the mean.
      mean: the space's label distributions.
      unweighted: what they would be if all neighbours counted alike; only to measure the scores by.
    """

    records: Int[Array, "B K"]
    exists: Bool[Array, "B K"]
    shares: Float[Array, "B K"]
    mean: Float[Array, "B C"]
    unweighted: Float[Array, "B C"]


def find(
    params: contribution.Contribution,
    candidates: Candidates,
    batch: int,
    k: int,
    exclude_same_id: bool,
) -> Neighborhood:
    """Finds neighbours, scores them, and averages what they contribute (Eq. 1 to 4).

    Args:
      params: score network of the space.
      candidates: the global batch, and after it what else may be a neighbour.
      batch: batch size, B.
      k: number of neighbours, K; of fewer candidates, all.
      exclude_same_id: see `neighbors.nearest_neighbors`.

    Returns:
      The neighbourhood.
    """
    features, labels, ids, known = candidates
    index, exists = neighbors.nearest_neighbors(
        features, ids, min(k, features.shape[0]), exclude_same_id, known, batch
    )
    z = contribution.scores(params, features, index)
    mean = aggregate.neighborhood_mean(labels, index, exists, z)
    unweighted = aggregate.neighborhood_mean(labels, index, exists, jnp.zeros_like(z))
    shares = aggregate.shares(exists, z)
    return Neighborhood(jnp.take(ids, index), exists, shares, mean, unweighted)
