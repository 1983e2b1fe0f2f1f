"""Random numbers on the host: a separate stream for every purpose, whatever the seeds."""

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
    """Makes a generator of raw bits, which stay the same in every version of numpy.

    Args:
      purpose: two purposes never share a stream, so that a run's seed may equal its noise seed.
      seeds: seeds of the run and of what is drawn repeatedly.

    Returns:
      The stream's generator.
    """
    return np.random.PCG64(np.random.SeedSequence((purpose, *seeds)))


def stream_before(seed: int) -> np.random.PCG64:
    """The stream of `LIMIT` and `HOLDOUT` in older runs, which noise of some seeds shared."""
    return np.random.PCG64(np.random.SeedSequence((seed, 2)))
