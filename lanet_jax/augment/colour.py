"""Noise, colour jitter and normalisation."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.typing import Key

_GREY = (0.2989, 0.587, 0.114)  # ITU-R BT.601 luma, as torchvision rounds it


def jitter(
    key: Key, image: Float[Array, "H W 3"], brightness: float, contrast: float, saturation: float
) -> Float[Array, "H W 3"]:
    """Scales brightness, contrast and saturation by random factors, as torchvision defines them.

    Each factor is uniform in [max(0, 1 - strength), 1 + strength]. One fixed order (brightness,
    contrast, saturation) where torchvision draws the order too: under jit a drawn order would
    compute all six.

    Args:
      key: random key of the three factors.
      image: RGB in [0, 1].
      brightness: strength; blends with black.
      contrast: strength; blends with the mean of the grey image.
      saturation: strength; blends with the grey image.

    Returns:
      RGB in [0, 1].
    """
    strength = jnp.array([brightness, contrast, saturation])
    low = jnp.maximum(1 - strength, 0)
    factors = jax.random.uniform(key, (3,), minval=low, maxval=1 + strength)
    image = jnp.clip(factors[0] * image, 0, 1)
    image = _blend(image, jnp.mean(_grey(image)), factors[1])
    return _blend(image, _grey(image), factors[2])


def add_noise(
    key: Key, image: Float[Array, "H W 3"], prob: float, variance: float
) -> Float[Array, "H W 3"]:
    """Adds Gaussian noise, clips and truncates to 8 bits, as SCN's, RUL's and EAC's codes do.

    Args:
      key: random key of the chance and the noise.
      image: RGB as stored, 0 to 255.
      prob: chance that there is noise.
      variance: variance of each value's noise, in squares of 1/255 of the range.

    Returns:
      Whole numbers from 0 to 255.
    """
    chance_key, noise_key = jax.random.split(key)
    noise = variance**0.5 * jax.random.normal(noise_key, image.shape)
    noisy = jnp.floor(jnp.clip(image + noise, 0, 255))
    return jnp.where(jax.random.bernoulli(chance_key, prob), noisy, image)


def normalize(
    image: Float[Array, "*B H W 3"], mean: tuple[float, ...], std: tuple[float, ...]
) -> Float[Array, "*B H W 3"]:
    """Subtracts the mean colour and divides by the standard deviation.

    Args:
      image: RGB in [0, 1].
      mean: one number a channel, in [0, 1].
      std: one number a channel, in [0, 1].

    Returns:
      The normalised image.
    """
    return (image - jnp.array(mean)) / jnp.array(std)


def _grey(image: Float[Array, "H W 3"]) -> Float[Array, "H W 1"]:
    return jnp.sum(image * jnp.array(_GREY), axis=-1, keepdims=True)


def _blend(
    image: Float[Array, "H W 3"], other: Float[Array, "..."], factor: Float[Array, ""]
) -> Float[Array, "H W 3"]:
    return jnp.clip(factor * image + (1 - factor) * other, 0, 1)
