"""The whole augmentation of a training batch, and the preparation of an evaluation batch."""

import functools
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, UInt8

from lanet_jax.augment.colour import add_noise, jitter, normalize
from lanet_jax.augment.erase import random_erase
from lanet_jax.augment.geometry import (
    crop_and_resize,
    crop_points,
    random_crop_box,
    random_flip,
    within_range,
)
from lanet_jax.typing import Key


@dataclass(frozen=True)
class Augmentation:
    """Settings of the training augmentation; the config has their values.

    Attributes:
      size: side of the square that the network sees, in pixels.
      mean: mean colour, RGB in [0, 1].
      std: standard deviation of the colour, RGB in [0, 1].
      resample: "linear" or, as the reference code, "cubic"; see `crop_and_resize`.
      noise_prob: chance of Gaussian noise; 0 turns it off.
      noise_variance: variance of that noise, on pixels of 0 to 255.
      crop_scale: least and greatest area of the crop, as a share of the image.
      crop_ratio: least and greatest width over height of the crop, both as shares of the image.
      flip: chance of a left-right mirror.
      flip_index: the landmark scheme's flip index; empty where none is known.
      flip_swaps_points: a mirror also swaps left and right points; False is the reference code.
      keep_outside: landmarks that leave the crop stay present, as heat maps take them.
      jitter: strengths of brightness, contrast and saturation; all 0 turns it off.
      erase_prob: chance that a box is erased; 0 turns it off.
      erase_scale: least and greatest area of that box, as a share of the image.
      erase_ratio: least and greatest height over width of that box.
    """

    size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resample: str
    noise_prob: float
    noise_variance: float
    crop_scale: tuple[float, float]
    crop_ratio: tuple[float, float]
    flip: float
    flip_index: tuple[int, ...]
    flip_swaps_points: bool
    keep_outside: bool
    jitter: tuple[float, float, float]
    erase_prob: float
    erase_scale: tuple[float, float]
    erase_ratio: tuple[float, float]


def augment_batch(
    key: Key,
    images: UInt8[Array, "B H W 3"],
    landmarks: Float[Array, "B L 2"],
    present: Bool[Array, "B L"],
    settings: Augmentation,
) -> tuple[
    Float[Array, "B S S 3"], Float[Array, "B S S 3"], Float[Array, "B L 2"], Bool[Array, "B L"]
]:
    """Crops, mirrors, jitters, normalises and erases every image by random numbers of its own.

    Each sample has its own key, so the numbers do not depend on how the batch is sharded.

    Args:
      key: random key of this step.
      images: RGB as stored.
      landmarks: x and y in fractions of the image's width and height; L may be 0.
      present: whether a landmark is known.
      settings: what to do; static under jit.

    Returns:
      Normalised images of side `settings.size`; a second view of each, which costs nothing where
      it is not used: the same crop in the same colours, mirrored and then erased in another place;
      landmarks in fractions of the first view (0 where absent); and which are present in it.

    Raises:
      ValueError: `settings.flip_index` is for another number of landmarks.
    """
    if len(settings.flip_index) not in (0, landmarks.shape[1]):
        raise ValueError(
            f"flip_index has {len(settings.flip_index)} entries for {landmarks.shape[1]} landmarks"
        )
    keys = jax.random.split(key, len(images))
    return jax.vmap(functools.partial(_augment, settings=settings))(
        keys, images, landmarks, present
    )


def preprocess_batch(
    images: UInt8[Array, "B H W 3"],
    size: int,
    mean: tuple[float, float, float],
    std: tuple[float, float, float],
    resample: str = "linear",
) -> Float[Array, "B S S 3"]:
    """Resizes (antialiased) and normalises images for evaluation.

    Args:
      images: RGB as stored; at the stored size nothing is resampled.
      size: S, side of the square that the network sees, in pixels.
      mean: mean colour, RGB in [0, 1].
      std: standard deviation of the colour, RGB in [0, 1].
      resample: "linear" or "cubic", as in training.

    Returns:
      Normalised images.
    """
    scaled = images.astype(jnp.float32) / 255
    if images.shape[1:3] != (size, size):
        shape = (len(images), size, size, images.shape[3])
        scaled = jax.image.resize(scaled, shape, resample, antialias=True)
        scaled = within_range(scaled, resample)
    return normalize(scaled, mean, std)


def _augment(
    key: Key,
    image: UInt8[Array, "H W 3"],
    landmarks: Float[Array, "L 2"],
    present: Bool[Array, " L"],
    settings: Augmentation,
) -> tuple[Float[Array, "S S 3"], Float[Array, "S S 3"], Float[Array, "L 2"], Bool[Array, " L"]]:
    crop_key, flip_key, jitter_key, erase_key, second_key, noise_key = jax.random.split(key, 6)
    box = random_crop_box(crop_key, settings.crop_scale, settings.crop_ratio)
    stored = image.astype(jnp.float32)
    if settings.noise_prob > 0:
        stored = add_noise(noise_key, stored, settings.noise_prob, settings.noise_variance)
    pixels = crop_and_resize(stored / 255, box, settings.size, settings.resample)
    landmarks, present = crop_points(landmarks, present, box, settings.keep_outside)
    flip_index = settings.flip_index if settings.flip_swaps_points else ()
    pixels, landmarks, present = random_flip(
        flip_key, pixels, landmarks, present, settings.flip, flip_index
    )
    if any(settings.jitter):
        pixels = jitter(jitter_key, pixels, *settings.jitter)
    pixels = normalize(pixels, settings.mean, settings.std)
    mirrored = pixels[:, ::-1]
    if settings.erase_prob > 0:
        erased = settings.erase_prob, settings.erase_scale, settings.erase_ratio
        pixels = random_erase(erase_key, pixels, *erased)
        mirrored = random_erase(second_key, mirrored, *erased)
    return pixels, mirrored, landmarks, present
