"""The share of wrong labels as a range: a single number would claim more than is known."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

_RESAMPLES = 400
_TAIL = 0.025  # on each side
_ROWS_AT_A_TIME = 4_000_000  # of all resamples together


class NoiseRange(NamedTuple):
    """The share of the observed labels that are wrong, see `estimate`.

    Attributes:
      at_least: lower end.
      estimate: likeliest value; None where the beliefs are too weak for one.
      at_most: upper end.
    """

    at_least: float
    estimate: float | None
    at_most: float

    def __str__(self) -> str:
        if self == UNKNOWN:
            return "unknown"
        ends = f"at most {self.at_most:.0%}"
        if self.at_least > 0:
            ends = f"at least {self.at_least:.0%}, {ends}"
        return ends if self.estimate is None else f"about {self.estimate:.0%} ({ends})"

    def with_unknown(self, share: float) -> "NoiseRange":
        """The range with a share of further labels that may all be right or all be wrong."""
        low, high = self.at_least * (1 - share), self.at_most * (1 - share) + share
        return NoiseRange(low, self.estimate, high)

    @property
    def upper_end(self) -> "NoiseRange":
        """What remains of the range where the beliefs are too weak to count errors with."""
        return NoiseRange(0.0, None, self.at_most)


UNKNOWN = NoiseRange(0.0, None, 1.0)


def estimate(
    beliefs: Float[np.ndarray, "N C"],
    given: Int[np.ndarray, " N"],
    independent: int,
    seed: int = 0,
) -> NoiseRange:
    """Counts how often the likeliest class is not the observed one, where beliefs are clearest.

    Where beliefs and label differ, either may be wrong, and only an assumption can tell their
    errors apart. Two are made here.

    - `at_most` is the share of all records whose likeliest class is not the observed one. Except by
      chance it is too low only if some class is given another label more often than its own:
      otherwise nothing guesses the observed labels better than the true ones do.
    - `estimate` and `at_least` compare the clearest quarter of the records (by the difference of
      the two largest beliefs) with the next quarter. Errors of the beliefs grow with the rank;
      errors of the labels are assumed not to. So the step from the first quarter to the second
      measures errors of the beliefs. If these grow as rank^(3/2), the first quarter itself already
      holds a quarter of the step, which `estimate` subtracts. `at_least` subtracts the whole step,
      which covers growth as slow as the square root. If doubtful faces are mislabelled more often
      than clear ones, both are too low.

    The ends are the 2.5% and 97.5% quantiles over resamples of the records (bootstrap), each of as
    many records as are independent.

    Args:
      beliefs: label distributions that do not depend on the record's own observed label.
      given: observed label of each record, an index into the classes.
      independent: how many of the labels are independent of each other; copies of a face are not.
      seed: seed of the bootstrap's resamples.

    Returns:
      The range.
    """
    second, first = np.sort(beliefs, axis=1)[:, -2:].T
    clearest = np.argsort(second - first, kind="stable")
    differs = (beliefs.argmax(axis=1) != given)[clearest]
    n = len(given)
    rng = np.random.default_rng(seed)
    block = max(1, _ROWS_AT_A_TIME // independent)
    parts = []
    for start in range(0, _RESAMPLES, block):
        rows = rng.integers(n, size=(min(block, _RESAMPLES - start), independent))
        parts.append(np.stack(_shares(differs[np.sort(rows, axis=1)]), axis=1))
    first_quarter, step, everywhere = np.concatenate(parts).T
    own_quarter, own_step, differ = (float(share) for share in _shares(differs))
    at_least = min(differ, max(0.0, float(np.quantile(first_quarter - step, _TAIL))))
    at_most = max(differ, float(np.quantile(everywhere, 1 - _TAIL)))
    # By chance the clearest quarter may differ more often than all records do.
    middle = np.clip(own_quarter - own_step / 4, at_least, differ)
    return NoiseRange(at_least, float(middle), at_most)


def _shares(differs: Bool[np.ndarray, "... N"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shares that differ: in the clearest quarter, the step up to the next quarter, and in all."""
    quarter = max(1, differs.shape[-1] // 4)
    first = differs[..., :quarter].mean(axis=-1)
    second = differs[..., quarter : 2 * quarter].mean(axis=-1)
    return first, np.maximum(second - first, 0), differs.mean(axis=-1)
