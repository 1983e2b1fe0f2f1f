"""A ring of whole batches: the oldest one gives way to the newest."""

import jax
from jaxtyping import Array, Int

from lanet_jax.typing import PyTree


def overwrite_oldest(ring: PyTree, batches: Int[Array, ""], batch: PyTree) -> PyTree:
    """Writes a batch into the oldest slot.

    Args:
      ring: arrays [S, B, ...] of S slots.
      batches: number of batches written so far.
      batch: arrays [B, ...] in the same tree.

    Returns:
      The ring with one slot replaced.
    """
    slot = batches % jax.tree.leaves(ring)[0].shape[0]
    return jax.tree.map(lambda old, new: old.at[slot].set(new.astype(old.dtype)), ring, batch)
