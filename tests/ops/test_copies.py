"""Copies of a record in one batch."""

import jax.numpy as jnp
import numpy as np

from lanet_jax.ops.copies import mean_of_copies

IDS = np.array([2, 5, 2, 0, 2])
VALUES = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)


def test_copies_take_their_mean_to_the_bit_and_others_keep_their_row():
    means = np.array(mean_of_copies(jnp.array(IDS), jnp.array(VALUES)))
    np.testing.assert_allclose(means[[0, 2, 4]], [VALUES[[0, 2, 4]].mean(axis=0)] * 3, rtol=1e-6)
    np.testing.assert_array_equal(means[[2, 4]], means[[0, 0]])
    np.testing.assert_array_equal(means[[1, 3]], VALUES[[1, 3]])


def test_copies_whose_sums_differ_in_their_last_bits_take_the_first_one_s(monkeypatch):
    matmul, asked = jnp.matmul, []

    def rounded(*matrices, **options):
        asked.append(options)
        return matmul(*matrices) + 1e-6 * jnp.arange(5.0)[:, None]

    monkeypatch.setattr(jnp, "matmul", rounded)
    means = np.array(mean_of_copies(jnp.array(IDS), jnp.array(VALUES)))
    np.testing.assert_array_equal(means[[2, 4]], means[[0, 0]])
    # Or an accelerator would round the rows that have no copies.
    assert asked == [{"precision": "highest"}]
