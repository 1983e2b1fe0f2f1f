"""Facial action units, the EMFACS prototypes of the eight expressions, and their blends."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.classes import EXPRESSIONS

ACTION_UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 20, 23, 24, 25, 26, 43)
INDEX = {unit: row for row, unit in enumerate(ACTION_UNITS)}
UNILATERAL = "contempt"
_VOTES = 10  # for each face, as in FER+

# Friesen & Ekman's EMFACS, with the variants that people show: {action unit: intensity}.
PROTOTYPES: dict[str, tuple[dict[int, float], ...]] = {
    "anger": (
        {4: 1.0, 5: 0.5, 7: 0.7, 23: 0.8, 24: 0.5},
        {4: 1.0, 5: 0.4, 7: 0.6, 10: 0.5, 16: 0.4, 23: 0.3, 25: 0.9, 26: 0.3},
    ),
    "disgust": (
        {4: 0.4, 7: 0.5, 9: 1.0, 10: 0.8, 15: 0.4, 17: 0.6},
        {4: 0.4, 6: 0.3, 7: 0.4, 9: 0.9, 10: 0.9, 15: 0.3, 16: 0.6, 25: 0.7},
    ),
    "fear": (
        {1: 1.0, 2: 0.5, 4: 0.7, 5: 0.9, 20: 0.9, 25: 0.7},
        {1: 0.9, 2: 0.5, 4: 0.7, 5: 1.0, 7: 0.2, 20: 0.7, 25: 0.8, 26: 0.5},
    ),
    "happiness": (
        {6: 0.8, 12: 1.0},
        {6: 1.0, 12: 1.0, 25: 1.0, 26: 0.2},
    ),
    "sadness": (
        {1: 1.0, 4: 0.45, 15: 1.0, 17: 0.6},
        {1: 0.8, 4: 0.4, 6: 0.2, 15: 0.9, 25: 0.2, 43: 0.35},
    ),
    "surprise": (
        {1: 1.0, 2: 1.0, 5: 0.7, 25: 0.8, 26: 1.0},
        {1: 0.9, 2: 1.0, 5: 0.9, 25: 0.6, 26: 0.6},
    ),
    "neutral": ({},),
    "contempt": (
        {10: 0.25, 12: 0.75, 14: 1.0},
        {2: 0.6, 7: 0.3, 14: 1.0, 12: 0.4},
    ),
}
# Everyday movement that is unrelated to the class: {action unit: probability}.
INCIDENTAL = {1: 0.1, 2: 0.1, 4: 0.1, 7: 0.2, 12: 0.1, 15: 0.05, 17: 0.15, 25: 0.2, 26: 0.1}


@dataclass(frozen=True)
class Expression:
    """Action units of a face, and the label distribution that they stand for.

    Attributes:
      units: intensity of each action unit on the image's left and right half of the face.
      distribution: share of each expression, in canonical order; sums to 1.
    """

    units: Float[np.ndarray, "A 2"]
    distribution: Float[np.ndarray, " C"]

    @property
    def label(self) -> int:
        """The dominant expression."""
        return int(self.distribution.argmax())


def prototype(name: str, rng: np.random.RandomState) -> Float[np.ndarray, "A 2"]:
    """Draws one variant of an expression's prototype, one-sided where EMFACS says so."""
    variants = PROTOTYPES[name]
    units = np.zeros((len(ACTION_UNITS), 2))
    for unit, intensity in variants[rng.randint(len(variants))].items():
        units[INDEX[unit]] = intensity
    if name == UNILATERAL:
        weak = rng.randint(2)
        units[:, weak] *= 0.15
        lids = [INDEX[7]]
        units[lids] = units[lids].max()
    return units


def draw_expression(
    dominant: int, rng: np.random.RandomState, blend_rate: float = 0.6
) -> Expression:
    """Draws a face that shows one expression, or a blend of two with the first dominant.

    Args:
      dominant: class index in canonical order.
      rng: the record's own generator.
      blend_rate: probability that a second expression is blended in.

    Returns:
      Action units and the distribution, in which the dominant expression has 0.6 or more.
    """
    other = (dominant + 1 + rng.randint(len(EXPRESSIONS) - 1)) % len(EXPRESSIONS)
    share = rng.uniform(0.1, 0.4) * (rng.uniform() < blend_rate)
    distribution = np.zeros(len(EXPRESSIONS))
    distribution[dominant], distribution[other] = 1 - share, share
    # A mouth that is open in one prototype and shut in the other is half open, as in a real blend.
    units = (1 - share) * prototype(EXPRESSIONS[dominant], rng)
    units += share * prototype(EXPRESSIONS[other], rng)
    units *= rng.uniform(0.9, 1.2)
    units *= rng.uniform(0.85, 1.15, (len(ACTION_UNITS), 1))
    units *= 1 + rng.uniform(-0.12, 0.12, units.shape)
    for unit, rate in INCIDENTAL.items():
        units[INDEX[unit]] += rng.uniform(0.1, 0.25) * (rng.uniform() < rate)
    blink = rng.uniform(0.4, 1.0) * (rng.uniform() < 0.05)
    units[INDEX[43]] = np.maximum(units[INDEX[43]], blink)
    return Expression(np.clip(units, 0, 1.2), distribution)


def votes(distribution: Float[np.ndarray, " C"]) -> Int[np.ndarray, " C"]:
    """Rounds a distribution to ten votes by largest remainder; ties favour the larger share."""
    quota = distribution * _VOTES
    counts = np.floor(quota + 1e-9).astype(np.int32)
    order = np.lexsort((-distribution, np.round(counts - quota, 9)))
    counts[order[: _VOTES - counts.sum()]] += 1
    return counts
