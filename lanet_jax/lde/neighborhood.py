"""The neighbours of a batch in one space, and the mean of what they contribute (Eq. 1 to 4)."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from lanet_jax.lde import aggregate, contribution, neighbors
from lanet_jax.lde.memory import Candidates, taken


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
    batch: Candidates,
    past: Candidates | None,
    k: int,
    exclude_same_id: bool,
) -> Neighborhood:
    """Finds neighbours, scores them, and averages what they contribute (Eq. 1 to 4).

    Args:
      params: score network of the space.
      batch: the global batch.
      past: records that may be neighbours too; None for none (the paper).
      k: number of neighbours, K; of fewer candidates, all.
      exclude_same_id: see `neighbors.nearest_neighbors`.

    Returns:
      The neighbourhood.
    """
    count = batch.ids.shape[0] + (0 if past is None else past.ids.shape[0])
    index, exists = neighbors.nearest_neighbors(batch, past, min(k, count), exclude_same_id)
    features, labels, ids, _ = (None,) * 4 if past is None else past
    z = contribution.scores(params, batch.features, index, features)
    contributed = taken(batch.labels, labels, index)
    mean = aggregate.neighborhood_mean(contributed, batch.labels, exists, z)
    unweighted = aggregate.neighborhood_mean(contributed, batch.labels, exists, jnp.zeros_like(z))
    records, shares = taken(batch.ids, ids, index), aggregate.shares(exists, z)
    return Neighborhood(records, exists, shares, mean, unweighted)
