"""Synthetic label noise: which records get a wrong label, and which one."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax.errors import UserError
from lanet_jax.input.streams import Purpose, stream

# Paper, Table 5: each expression becomes the one it is most often mistaken for.
ASYMMETRIC = {
    "anger": "disgust",
    "disgust": "anger",
    "fear": "surprise",
    "happiness": "neutral",
    "sadness": "neutral",
    "surprise": "anger",
    "neutral": "sadness",
    "contempt": "neutral",
}


def symmetric(
    labels: Int[np.ndarray, " N"], num_classes: int, rate: float, seed: int, exact: bool
) -> Int[np.ndarray, " N"]:
    """Flips labels to any other class with equal chance (paper, Table 1).

    Args:
      labels: true classes in 0 .. num_classes - 1.
      num_classes: C, at least 2.
      rate: share of the records to flip, in [0, 1].
      seed: at least 0; the same seed gives the same noise on every machine.
      exact: flip exactly round(rate * N) records, instead of each one with probability `rate`.

    Returns:
      The observed labels; a flipped one always differs from its true one.

    Raises:
      UserError: the rate is out of range, or there is only one class.
    """
    if num_classes < 2:
        raise UserError(
            f"noise: {num_classes} class leaves no other class to flip to; use 2 or more"
        )
    bits = stream(Purpose.NOISE, seed)
    flipped = _choose(bits, len(labels), rate, exact)
    shift = 1 + np.floor(_uniform(bits, len(labels)) * (num_classes - 1)).astype(labels.dtype)
    return np.where(flipped, (labels + shift) % num_classes, labels)


def asymmetric(
    labels: Int[np.ndarray, " N"], class_names: Sequence[str], rate: float, seed: int, exact: bool
) -> Int[np.ndarray, " N"]:
    """Flips labels to the class that each is most often mistaken for (paper, Table 5).

    Args:
      labels: true classes, indices into `class_names`.
      class_names: names of the dataset's classes.
      rate: share of the records to flip, in [0, 1].
      seed: at least 0; the same seed gives the same noise on every machine.
      exact: flip exactly round(rate * N) records, instead of each one with probability `rate`.

    Returns:
      The observed labels.

    Raises:
      UserError: the rate is out of range, or Table 5 has no target among `class_names`.
    """
    target = np.array([_target(name, class_names) for name in class_names], labels.dtype)
    flipped = _choose(stream(Purpose.NOISE, seed), len(labels), rate, exact)
    return np.where(flipped, target[labels], labels)


def _target(name: str, class_names: Sequence[str]) -> int:
    if name not in ASYMMETRIC:
        raise UserError(
            f"noise: asymmetric noise has no target for class {name!r} (it knows "
            f"{', '.join(ASYMMETRIC)}); use symmetric noise"
        )
    if ASYMMETRIC[name] not in class_names:
        raise UserError(
            f"noise: asymmetric noise turns {name!r} into {ASYMMETRIC[name]!r}, which is not a "
            "class of this dataset; use symmetric noise"
        )
    return list(class_names).index(ASYMMETRIC[name])


def _uniform(bits: np.random.PCG64, count: int) -> Float[np.ndarray, " N"]:
    """Uniform numbers in [0, 1) from raw bits, which stay the same in every version of numpy."""
    return (bits.random_raw(count) >> np.uint64(11)) * 2.0**-53


def _choose(bits: np.random.PCG64, count: int, rate: float, exact: bool) -> Bool[np.ndarray, " N"]:
    if not 0 <= rate <= 1:
        raise UserError(f"noise: rate {rate} is not between 0 and 1; set noise.rate to a share")
    draw = _uniform(bits, count)
    if not exact:
        return draw < rate
    chosen = np.zeros(count, bool)
    chosen[np.argsort(draw, kind="stable")[: round(rate * count)]] = True
    return chosen
