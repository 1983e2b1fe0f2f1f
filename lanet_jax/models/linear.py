"""A fully connected layer that is initialised like torch's."""

import flax.linen as nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.typing import Key

# Uniform in +-1/sqrt(fan in), as kernels of torch.nn.Linear and torch.nn.Conv2d.
TORCH_KERNEL = nn.initializers.variance_scaling(1 / 3, "fan_in", "uniform")


class Linear(nn.Module):
    """A layer whose kernel and bias start uniform in +-1/sqrt(inputs), like torch.nn.Linear's.

    Linen's own kernel starts sqrt(3) times as wide, so that a loss quadratic in it, such as EAC's
    consistency, would start at three times its value.

    Attributes:
      features: width of the output.
    """

    features: int

    @nn.compact
    def __call__(self, x: Float[Array, "*B I"]) -> Float[Array, "*B O"]:
        """x @ kernel + bias."""
        inputs = x.shape[-1]

        def uniform(key: Key, shape: tuple[int, ...]) -> jax.Array:
            return jax.random.uniform(key, shape, jnp.float32, -(inputs**-0.5), inputs**-0.5)

        kernel = self.param("kernel", TORCH_KERNEL, (inputs, self.features))
        return x @ kernel + self.param("bias", uniform, (self.features,))
