"""What one space says of a batch: its neighbours and their mean (Eq. 1 to 4)."""

from typing import NamedTuple

from jaxtyping import Array, Bool, Float, Int

from lanet_jax.lde import aggregate, contribution, neighbors


class Neighborhood(NamedTuple):
    """The neighbours of a batch in one space.

    Attributes:
      index: of the neighbours, nearest first.
      exists: which of them there are.
      shares: how much of the mean each is.
      mean: the space's label distributions.
    """

    index: Int[Array, "B K"]  # type: ignore[assignment]  # hides a tuple's method, which nobody needs
    exists: Bool[Array, "B K"]
    shares: Float[Array, "B K"]
    mean: Float[Array, "B C"]


def find(
    params: contribution.Contribution,
    features: Float[Array, "B D"],
    probabilities: Float[Array, "B C"],
    ids: Int[Array, " B"],
    k: int,
    exclude_same_id: bool,
    known: Bool[Array, " B"] | None = None,
) -> Neighborhood:
    """Neighbours, their contributions and the mean of their predictions (Eq. 1 to 4).

    Args:
      params: score network of the space.
      features: of the global batch.
      probabilities: p of the batch.
      ids: record of each sample.
      k: K; of a smaller batch all are asked.
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
    return Neighborhood(index, exists, aggregate.shares(exists, z), mean)
