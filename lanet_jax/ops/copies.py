"""Combines copies of a record in one batch, as balanced sampling may repeat it."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int


def mean_of_copies(ids: Int[Array, " B"], values: Float[Array, "B C"]) -> Float[Array, "B C"]:
    """Gives all copies of a record their mean, bit for bit equal, so that any may be written last.

    Args:
      ids: record of each sample; equal ones are copies.
      values: one row per sample.

    Returns:
      The means, one row per sample.
    """
    same = (ids[:, None] == ids[None, :]).astype(values.dtype)
    mean = jnp.matmul(same, values, precision="highest") / jnp.sum(same, axis=1, keepdims=True)
    # Sums may differ in their last bits; all copies take the first one's.
    return jnp.take(mean, jnp.argmax(same, axis=1), axis=0)
