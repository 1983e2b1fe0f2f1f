"""Random numbers of the host: every purpose has a stream of its own, whatever the seeds are."""

import enum

import numpy as np


class Purpose(enum.IntEnum):
    """What random numbers are drawn for."""

    ORDER = 1
    NOISE = 2
    LIMIT = 3
    HOLDOUT = 4
    INSPECTION = 5


def stream(purpose: Purpose, *seeds: int) -> np.random.PCG64:
    """A generator of raw bits, which numpy keeps between versions.

    Args:
      purpose: two purposes share no stream, so that a run's seed may equal its noise seed.
      seeds: of the run, and of what is drawn again and again.

    Returns:
      The stream's generator.
    """
    return np.random.PCG64(np.random.SeedSequence((purpose, *seeds)))


def stream_before(seed: int) -> np.random.PCG64:
    """What `LIMIT` and `HOLDOUT` of older runs drew from, and under some seeds their noise too."""
    return np.random.PCG64(np.random.SeedSequence((seed, 2)))
