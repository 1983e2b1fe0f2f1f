"""Every purpose draws from a stream of its own."""

import itertools

import numpy as np

from lanet_jax.input.streams import Purpose, stream


def test_no_two_streams_are_one():
    seeds = range(6)
    drawn = {
        (purpose, seed, *rest): tuple(stream(purpose, seed, *rest).random_raw(4))
        for purpose in Purpose
        for seed in seeds
        for rest in ((), (1,), (2,))
    }
    assert all(drawn[a] != drawn[b] for a, b in itertools.combinations(drawn, 2))


def test_streams_keep_their_numbers():
    """Noise and order of runs that were made before must not change."""
    assert (
        stream(Purpose.NOISE, 0).random_raw()
        == np.random.PCG64(np.random.SeedSequence((2, 0))).random_raw()
    )
    assert (
        stream(Purpose.ORDER, 3, 4).random_raw()
        == np.random.PCG64(np.random.SeedSequence((1, 3, 4))).random_raw()
    )
