"""Finds the neighbours of a sample (Eq. 1 and 2)."""

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from lanet_jax.devices.mesh import by_rows


def cosine_similarity(features: Float[Array, "B D"]) -> Float[Array, "B B"]:
    """Cosine similarity of all pairs in the batch (Eq. 1).

    Args:
      features: u or v of the global batch.

    Returns:
      s, with s_ij in [-1, 1]; 0 where a feature vector is 0.
    """
    norm = jnp.linalg.norm(features, axis=1, keepdims=True)
    unit = features / jnp.maximum(norm, 1e-12)
    return unit @ unit.T


def nearest_neighbors(
    features: Float[Array, "B D"],
    ids: Int[Array, " B"],
    k: int,
    exclude_same_id: bool,
    known: Bool[Array, " B"] | None = None,
) -> tuple[Int[Array, "B K"], Bool[Array, "B K"]]:
    """The K most similar samples of each sample (Eq. 2).

    Args:
      features: u or v of the global batch; no gradient passes.
      ids: record of each sample; balanced sampling repeats rare records in a batch.
      k: number of neighbours, K, at most B.
      exclude_same_id: whether to exclude copies of the same record, not only the sample itself.
      known: samples that have a position in this space; others neither have nor are neighbours.

    Returns:
      Indices of the neighbours, nearest first, and which of them exist: a sample with fewer than
      K candidates has False (and a meaningless index) in the remaining places.
    """
    similarity = cosine_similarity(jax.lax.stop_gradient(features))
    excluded = (
        ids[:, None] == ids[None, :] if exclude_same_id else jnp.eye(ids.shape[0], dtype=bool)
    )
    if known is not None:
        excluded |= ~(known[:, None] & known[None, :])
    candidates = jnp.where(excluded, -jnp.inf, similarity)
    # Without `by_rows` the compiler gathers the whole [B, B] matrix on every device.
    values, index = by_rows(functools.partial(jax.lax.top_k, k=k), candidates)
    return index, values > -jnp.inf
