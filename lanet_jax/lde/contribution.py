"""Scores how much a neighbour contributes (Eq. 3)."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from lanet_jax.ops import linear
from lanet_jax.typing import Key

Contribution = dict[str, linear.Linear]


def init(key: Key, width: int) -> Contribution:
    """Initialises the score network of one space: g1, g2 and the three layers of f.

    Args:
      key: random key of all layers.
      width: width of the space, D.

    Returns:
      Parameters.
    """
    keys = jax.random.split(key, 5)
    half, quarter = width // 2, width // 4
    return {
        "g1": linear.init(keys[0], width, half),
        "g2": linear.init(keys[1], width, half),
        "f1": linear.init(keys[2], 2 * half, half),
        "f2": linear.init(keys[3], half, quarter),
        "f3": linear.init(keys[4], quarter, 1),
    }


def scores(
    params: Contribution,
    features: Float[Array, "B D"],
    neighbors: Int[Array, "B K"],
    past: Float[Array, "R D"] | None = None,
) -> Float[Array, "B K"]:
    """z, whose sigmoid is the contribution score c_ij = sigmoid(f([g1(x_i), g2(x_j)])) (Eq. 3).

    The first layer of f is split along the concatenation, f1 [a, b] = f1a a + f1b b, so that it is
    computed once per sample, and only B x K sums pass through the remaining layers.

    Args:
      params: from `init`.
      features: u or v of each sample.
      neighbors: indices j of the pairs (i, j) to score; the batch comes before the past.
      past: u or v of others, without gradient; None if there are no others.

    Returns:
      z_ij; `aggregate` needs its log-sigmoid, so the sigmoid is not taken here.
    """
    kernel, bias = params["f1"]["kernel"], params["f1"]["bias"]
    half = kernel.shape[0] // 2
    own = linear.apply(params["g1"], features) @ kernel[:half]
    other = linear.apply(params["g2"], features) @ kernel[half:]
    pair = jnp.take(other, neighbors, axis=0, mode="clip")
    if past is not None:
        # g2 of those taken alone: of all, its gradient would be summed over the devices.
        count = features.shape[0]
        theirs = jnp.take(past, neighbors - count, axis=0, mode="clip")
        theirs = linear.apply(params["g2"], jax.lax.stop_gradient(theirs)) @ kernel[half:]
        pair = jnp.where((neighbors < count)[..., None], pair, theirs)
    hidden = jax.nn.relu(own[:, None] + pair + bias)
    hidden = jax.nn.relu(linear.apply(params["f2"], hidden))
    return linear.apply(params["f3"], hidden)[..., 0]
