"""Balanced sampling may show a record several times in one batch: what its copies say together."""

import jax.numpy as jnp
from jaxtyping import Array, Float, Int


def mean_of_copies(ids: Int[Array, " B"], values: Float[Array, "B C"]) -> Float[Array, "B C"]:
    """Gives all copies of a record their mean, equal to the bit, so that any may be written last.

    Args:
      ids: records; equal ones are copies.
      values: one row a copy.

    Returns:
      The means, one row a copy.
    """
    same = (ids[:, None] == ids[None, :]).astype(values.dtype)
    mean = jnp.matmul(same, values, precision="highest") / jnp.sum(same, axis=1, keepdims=True)
    # All copies take the first one's bits, so that no order of writing can show.
    return jnp.take(mean, jnp.argmax(same, axis=1), axis=0)
