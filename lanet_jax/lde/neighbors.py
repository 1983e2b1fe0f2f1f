"""Finds the neighbours of a sample (Eq. 1 and 2)."""

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from lanet_jax.devices.mesh import by_rows


def cosine_similarity(
    features: Float[Array, "M D"], batch: int | None = None
) -> Float[Array, "B M"]:
    """Cosine similarity of the batch to all candidates (Eq. 1).

    Args:
      features: u or v of the candidates; the global batch comes first.
      batch: batch size, B; None if there are no other candidates.

    Returns:
      s, with s_ij in [-1, 1]; 0 where a feature vector is 0.
    """
    norm = jnp.linalg.norm(features, axis=1, keepdims=True)
    unit = features / jnp.maximum(norm, 1e-12)
    return unit[:batch] @ unit.T


def nearest_neighbors(
    features: Float[Array, "M D"],
    ids: Int[Array, " M"],
    k: int,
    exclude_same_id: bool,
    known: Bool[Array, " M"] | None = None,
    batch: int | None = None,
) -> tuple[Int[Array, "B K"], Bool[Array, "B K"]]:
    """The K most similar candidates of each sample (Eq. 2).

    Args:
      features: u or v of the candidates; the global batch comes first. No gradient passes.
      ids: record of each; balanced sampling repeats rare records in a batch. A negative one marks a
        place without a record.
      k: number of neighbours, K, at most M.
      exclude_same_id: whether to exclude copies of the same record, not only the sample itself.
      known: candidates that have a position in this space; others neither have nor are neighbours.
      batch: batch size, B; None if there are no other candidates.

    Returns:
      Indices of the neighbours, nearest first, and which of them exist: a sample with fewer than
      K candidates has False (and a meaningless index) in the remaining places.
    """
    similarity = cosine_similarity(jax.lax.stop_gradient(features), batch)
    own = ids[:batch]
    excluded = (
        own[:, None] == ids[None, :]
        if exclude_same_id
        else jnp.eye(own.shape[0], ids.shape[0], dtype=bool)
    )
    excluded |= ids < 0
    if known is not None:
        excluded |= ~(known[:batch, None] & known[None, :])
    candidates = jnp.where(excluded, -jnp.inf, similarity)
    # Without `by_rows` the compiler gathers the whole [B, M] matrix on every device.
    values, index = by_rows(functools.partial(jax.lax.top_k, k=k), candidates)
    return index, values > -jnp.inf
