"""Crop, resize and mirror, of an image and of its landmarks together.

Landmarks and boxes are fractions of the width and height measured from the image's edge, so the
centre of the first of W pixels is at 0.5 / W and a mirror takes x to 1 - x.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from lanet_jax.typing import Key

_ATTEMPTS = 10  # as torchvision tries before it gives up


def random_box(
    key: Key, scale: tuple[float, float], ratio: tuple[float, float]
) -> tuple[Float[Array, "4"], Bool[Array, ""]]:
    """Draws a box of random area, aspect ratio and place that fits into the image.

    Args:
      key: random key of area, aspect ratio and place.
      scale: least and greatest area, as a share of the image.
      ratio: least and greatest width over height, both as shares of the image; uniform in its log.

    Returns:
      (y, x, height, width) in fractions of the image, and whether one of ten draws did fit.
    """
    # All numbers in one draw: every further draw costs noticeable compile time.
    draws = jax.random.uniform(key, (_ATTEMPTS + 1, 2))
    area = scale[0] + (scale[1] - scale[0]) * draws[:-1, 0]
    low, high = jnp.log(jnp.array(ratio))
    aspect = jnp.exp(low + (high - low) * draws[:-1, 1])
    sizes = jnp.sqrt(jnp.stack([area / aspect, area * aspect], axis=-1))
    fits = jnp.all(sizes <= 1, axis=-1)
    size = sizes[jnp.argmax(fits)]
    start = draws[-1] * (1 - size)
    return jnp.concatenate([start, size]), jnp.any(fits)


def random_crop_box(
    key: Key, scale: tuple[float, float], ratio: tuple[float, float]
) -> Float[Array, "4"]:
    """Draws the box of a random resized crop; the whole image where no draw fits.

    Args:
      key: random key of area, aspect ratio and place.
      scale: least and greatest area, as a share of the image.
      ratio: least and greatest width over height, both as shares of the image.

    Returns:
      (y, x, height, width) in fractions of the image.
    """
    box, fits = random_box(key, scale, ratio)
    return jnp.where(fits, box, jnp.array([0.0, 0.0, 1.0, 1.0]))


def crop_and_resize(
    image: Float[Array, "H W 3"], box: Float[Array, "4"], size: int, resample: str = "linear"
) -> Float[Array, "S S 3"]:
    """Crops a box and resizes it to a square, antialiased, in one resampling.

    Args:
      image: RGB in [0, 1].
      box: (y, x, height, width) in fractions of the image, inside it.
      size: S, pixels of the square's side.
      resample: "linear", or "cubic" (Keys with a = -1/2, which is Pillow's).

    Returns:
      The crop, RGB in [0, 1].
    """
    scale = size / (box[2:] * jnp.array(image.shape[:2]))
    translation = -box[:2] / box[2:] * size
    shape = (size, size, image.shape[2])
    crop = jax.image.scale_and_translate(
        image, shape, (0, 1), scale, translation, resample, antialias=True
    )
    return within_range(crop, resample)


def within_range(image: Float[Array, "*B H W 3"], resample: str) -> Float[Array, "*B H W 3"]:
    """Cuts off what overshoots [0, 1] in a resampled image, as 8 bits do; linear never does."""
    return jnp.clip(image, 0, 1) if resample == "cubic" else image


def crop_points(
    landmarks: Float[Array, "L 2"],
    present: Bool[Array, " L"],
    box: Float[Array, "4"],
    keep_outside: bool = False,
) -> tuple[Float[Array, "L 2"], Bool[Array, " L"]]:
    """Moves landmarks into the frame of a crop.

    Args:
      landmarks: x and y in fractions of the image.
      present: whether a landmark is known.
      box: (y, x, height, width) in fractions of the image.
      keep_outside: landmarks outside the crop stay present; else they become absent.

    Returns:
      x and y in fractions of the crop (0 where absent), and which are present.
    """
    y, x, height, width = box
    moved = (landmarks - jnp.stack([x, y])) / jnp.stack([width, height])
    if not keep_outside:
        present = present & jnp.all((moved >= 0) & (moved <= 1), axis=-1)
    return jnp.where(present[:, None], moved, 0.0), present


def flip_points(
    landmarks: Float[Array, "L 2"], present: Bool[Array, " L"], flip_index: tuple[int, ...]
) -> tuple[Float[Array, "L 2"], Bool[Array, " L"]]:
    """Mirrors landmarks left to right, and gives each its name on the mirrored face.

    Args:
      landmarks: x and y in fractions of the image.
      present: whether a landmark is known.
      flip_index: the point that lands at each index (`landmarks.schemes.Scheme`); empty: x is
        mirrored and no point changes its name, as the reference code does.

    Returns:
      The mirrored landmarks (0 where absent), and which are present.
    """
    mirrored = jnp.where(present[:, None], landmarks * jnp.array([-1, 1]) + jnp.array([1, 0]), 0.0)
    if not flip_index:
        return mirrored, present
    index = jnp.array(flip_index)
    return mirrored[index], present[index]


def random_flip(
    key: Key,
    image: Float[Array, "H W 3"],
    landmarks: Float[Array, "L 2"],
    present: Bool[Array, " L"],
    prob: float,
    flip_index: tuple[int, ...],
) -> tuple[Float[Array, "H W 3"], Float[Array, "L 2"], Bool[Array, " L"]]:
    """Mirrors an image and its landmarks left to right with a probability.

    Args:
      key: random key of the chance.
      image: any range.
      landmarks: x and y in fractions of the image.
      present: whether a landmark is known.
      prob: chance of the mirror.
      flip_index: as in `flip_points`.

    Returns:
      Image, landmarks and presence mask.
    """
    flip = jax.random.bernoulli(key, prob)
    mirrored, mirrored_present = flip_points(landmarks, present, flip_index)
    return (
        jnp.where(flip, image[:, ::-1], image),
        jnp.where(flip, mirrored, landmarks),
        jnp.where(flip, mirrored_present, present),
    )
