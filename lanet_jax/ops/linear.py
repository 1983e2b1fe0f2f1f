"""A linear layer as a pair of functions, for the small networks of LDE and EL."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.typing import Key

Linear = dict[str, Array]


def init(key: Key, inputs: int, outputs: int) -> Linear:
    """Initialises a layer uniformly in +-1/sqrt(inputs), like torch.nn.Linear.

    Args:
      key: random key of kernel and bias.
      inputs: number of input features.
      outputs: number of output features.

    Returns:
      The parameters, {"kernel": [inputs, outputs], "bias": [outputs]}.
    """
    bound = inputs**-0.5
    kernel, bias = jax.random.split(key)
    return {
        "kernel": jax.random.uniform(kernel, (inputs, outputs), jnp.float32, -bound, bound),
        "bias": jax.random.uniform(bias, (outputs,), jnp.float32, -bound, bound),
    }


def apply(params: Linear, x: Float[Array, "... I"]) -> Float[Array, "... O"]:
    """x @ kernel + bias."""
    return x @ params["kernel"] + params["bias"]
