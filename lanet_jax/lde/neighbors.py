"""Finds the neighbours of a sample (Eq. 1 and 2)."""

import functools

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from lanet_jax.devices.mesh import by_rows, replicated
from lanet_jax.lde.memory import Candidates


def cosine_similarity(
    features: Float[Array, "B D"], among: Float[Array, "M D"]
) -> Float[Array, "B M"]:
    """Cosine similarity of all pairs of a sample and a candidate (Eq. 1).

    Args:
      features: u or v of the samples.
      among: u or v of the candidates.

    Returns:
      s, with s_ij in [-1, 1]; 0 where a feature vector is 0.
    """
    return _unit(features) @ _unit(among).T


def _unit(features: Float[Array, "M D"]) -> Float[Array, "M D"]:
    return features / jnp.maximum(jnp.linalg.norm(features, axis=1, keepdims=True), 1e-12)


def nearest_neighbors(
    batch: Candidates, past: Candidates | None, k: int, exclude_same_id: bool
) -> tuple[Int[Array, "B K"], Bool[Array, "B K"]]:
    """The K most similar candidates of each sample (Eq. 2).

    Args:
      batch: the global batch; balanced sampling repeats rare records in it. No gradient passes.
      past: further candidates, whose indices follow those of the batch; None for none (the paper).
      k: number of neighbours, K, at most the number of candidates.
      exclude_same_id: whether to exclude copies of the same record, not only the sample itself.

    Returns:
      Indices of the neighbours, nearest first, and which of them exist: a sample with fewer than
      K candidates has False (and a meaningless index) in the remaining places.
    """
    batch = jax.lax.stop_gradient(batch)
    among = batch if past is None else jax.tree.map(_joined, batch, past)
    similarity = cosine_similarity(batch.features, among.features)
    excluded = (
        batch.ids[:, None] == among.ids[None, :]
        if exclude_same_id
        else jnp.eye(batch.ids.shape[0], among.ids.shape[0], dtype=bool)
    )
    excluded |= among.ids < 0
    if batch.known is not None and among.known is not None:
        excluded |= ~(batch.known[:, None] & among.known[None, :])
    candidates = jnp.where(excluded, -jnp.inf, similarity)
    # Without `by_rows` the compiler gathers the whole [B, M] matrix on every device.
    values, index = by_rows(functools.partial(jax.lax.top_k, k=k), candidates)
    return index, values > -jnp.inf


def _joined(batch: Array, past: Array) -> Array:
    """Both, on every device, so that each searches for its own rows."""
    return jnp.concatenate([replicated(batch), past])
