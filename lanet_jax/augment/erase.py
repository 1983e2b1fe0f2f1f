"""Random erasing (Zhong et al. 2020)."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.augment.geometry import random_box
from lanet_jax.typing import Key


def random_erase(
    key: Key,
    image: Float[Array, "H W 3"],
    prob: float,
    scale: tuple[float, float],
    ratio: tuple[float, float],
) -> Float[Array, "H W 3"]:
    """Fills a random box with 0, which after normalisation is the mean colour (R, docs/choices.md).

    Args:
      key: random key of the chance and the box.
      image: normalised RGB.
      prob: chance that a box is erased.
      scale: least and greatest area of the box, as a share of the image.
      ratio: least and greatest height over width (torchvision's order), as shares of the image.

    Returns:
      The image, with or without the box.
    """
    erase_key, box_key = jax.random.split(key)
    box, fits = random_box(box_key, scale, (1 / ratio[1], 1 / ratio[0]))
    extent = jnp.array([*image.shape[:2]] * 2)
    top, left, height, width = jnp.round(box * extent)
    row = jnp.arange(image.shape[0])[:, None, None]
    column = jnp.arange(image.shape[1])[None, :, None]
    inside = (row >= top) & (row < top + height) & (column >= left) & (column < left + width)
    return jnp.where(jax.random.bernoulli(erase_key, prob) & fits & inside, 0.0, image)
