"""BatchNorm with sums that are fast on CPU too."""

import functools
from collections.abc import Callable
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

MOMENTUM, EPSILON = 0.9, 1e-5
_MOST_SLICES = 16

Term = Callable[..., jax.Array]


class BatchNorm(nn.Module):
    """Normalises each channel over the batch and the map; its variables have Linen's names.

    Attributes:
      dtype: type of the output; statistics are float32.
    """

    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: Float[Array, "B H W D"], train: bool) -> Float[Array, "B H W D"]:
        """Normalises by the batch's statistics in training, otherwise by the running ones."""
        channels = x.shape[-1]
        running_mean = self.variable("batch_stats", "mean", jnp.zeros, channels)
        running_var = self.variable("batch_stats", "var", jnp.ones, channels)
        scale = self.param("scale", nn.initializers.ones, (channels,))
        bias = self.param("bias", nn.initializers.zeros, (channels,))
        if not train:
            factor = jax.lax.rsqrt(running_var.value + EPSILON) * scale
            return ((x - running_mean.value) * factor + bias).astype(self.dtype)
        y, mean, var = normalize(x, scale, bias)
        if not self.is_initializing():
            running_mean.value = MOMENTUM * running_mean.value + (1 - MOMENTUM) * mean
            running_var.value = MOMENTUM * running_var.value + (1 - MOMENTUM) * var
        return y.astype(self.dtype)


@jax.custom_vjp
def normalize(
    x: Float[Array, "B H W D"], scale: Float[Array, " D"], bias: Float[Array, " D"]
) -> tuple[Float[Array, "B H W D"], Float[Array, " D"], Float[Array, " D"]]:
    """Normalises by the batch's statistics, with two sums forward and two backward.

    Args:
      x: map of a stage, channels last.
      scale: factor of each channel, after the normalisation.
      bias: addend of each channel, after the normalisation.

    Returns:
      The normalised map in the type of `x`, and its mean and (biased) variance, through which no
      gradient flows: they feed the running statistics only.
    """
    return _forward(x, scale, bias)[0]


def _forward(x: jax.Array, scale: jax.Array, bias: jax.Array) -> tuple:
    count = x.size // x.shape[-1]
    mean = channel_sum(lambda a: a, x) / count
    var = jnp.maximum(channel_sum(jnp.square, x) / count - mean**2, 0)
    inverse = jax.lax.rsqrt(var + EPSILON)
    y = ((x - mean) * (inverse * scale) + bias).astype(x.dtype)
    return (y, mean, var), (x, mean, inverse, scale)


def _backward(residuals: tuple, cotangents: tuple) -> tuple:
    x, mean, inverse, scale = residuals
    dy = cotangents[0]
    count = x.size // x.shape[-1]
    dbias = channel_sum(lambda d: d, dy)
    dscale = channel_sum(lambda d, a: d * (a - mean), dy, x) * inverse
    dx = (scale * inverse) * (dy - dbias / count - (x - mean) * (inverse * dscale / count))
    return dx.astype(x.dtype), dscale, dbias


normalize.defvjp(_forward, _backward)


def channel_sum(term: Term, *maps: Float[Array, "B H W D"]) -> Float[Array, " D"]:
    """Sum of `term(*maps)` over all but the last axis, in float32.

    XLA's CPU backend reduces leading axes by a scalar loop, but adds slices with vector
    instructions. So on CPU the map is folded along H and W first, and only the rest is reduced.

    Args:
      term: an elementwise function.
      maps: arrays that `term` takes, channels last.

    Returns:
      The sum of each channel.
    """

    def elementwise(*parts: jax.Array) -> jax.Array:
        return term(*(part.astype(jnp.float32) for part in parts))

    def folded(*parts: jax.Array) -> jax.Array:
        columns = _fold(elementwise, 1, *parts)
        return jnp.sum(_fold(lambda a: a, 2, columns), axis=(0, 1, 2))

    def plain(*parts: jax.Array) -> jax.Array:
        return jnp.sum(elementwise(*parts), axis=(0, 1, 2))

    return jax.lax.platform_dependent(*maps, cpu=folded, default=plain)


def _fold(term: Term, axis: int, *maps: jax.Array) -> jax.Array:
    """Sum of `term(*maps)` along an axis by adding slices; the axis stays, with length 1."""
    length = maps[0].shape[axis]
    ways = max(n for n in range(1, _MOST_SLICES + 1) if length % n == 0)
    if ways == 1:
        return jnp.sum(term(*maps), axis=axis, keepdims=True)
    slices = (jnp.split(x, ways, axis=axis) for x in maps)
    terms = [term(*parts) for parts in zip(*slices, strict=True)]
    total = functools.reduce(jnp.add, terms)
    return total if length == ways else _fold(lambda a: a, axis, total)
