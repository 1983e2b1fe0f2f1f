"""The non-linear projection to the space of the contrastive loss (Eq. 10)."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.ops import linear
from lanet_jax.typing import Key

Projection = dict[str, linear.Linear]


def init(key: Key, width: int, hidden: int, projection: int) -> Projection:
    """Two layers: width -> hidden -> projection.

    Args:
      key: random key of both layers.
      width: width of the features, D.
      hidden: width of the hidden layer.
      projection: projection width, E.

    Returns:
      Parameters.
    """
    first, second = jax.random.split(key)
    return {
        "linear1": linear.init(first, width, hidden),
        "linear2": linear.init(second, hidden, projection),
    }


def project(params: Projection, features: Float[Array, "B D"]) -> Float[Array, "B E"]:
    """A query q = g(u), or a key, of length 1, so that a dot product is a cosine (Eq. 10).

    Args:
      params: from `init`.
      features: u or v of each sample.

    Returns:
      Unit vectors.
    """
    hidden = jax.nn.relu(linear.apply(params["linear1"], features))
    x = linear.apply(params["linear2"], hidden)
    return x * jax.lax.rsqrt(jnp.maximum(jnp.sum(x * x, axis=1, keepdims=True), 1e-12))
