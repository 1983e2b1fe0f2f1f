"""A ring of two slots, by hand."""

import jax.numpy as jnp
import numpy as np

from lanet_jax.ops.ring import overwrite_oldest


def test_the_oldest_slot_is_overwritten_in_every_array():
    ring = {"a": jnp.zeros((2, 1, 2)), "b": jnp.full((2, 1), -1, jnp.int32)}
    for batches in range(3):
        batch = {"a": jnp.full((1, 2), batches + 1.0), "b": jnp.array([batches], jnp.int32)}
        ring = overwrite_oldest(ring, jnp.array(batches), batch)
    np.testing.assert_array_equal(ring["a"], [[[3, 3]], [[2, 2]]])
    np.testing.assert_array_equal(ring["b"], [[2], [1]])


def test_the_ring_keeps_its_numbers_type():
    ring = overwrite_oldest(jnp.zeros((2, 1)), jnp.array(0), jnp.ones(1, jnp.bfloat16))
    assert ring.dtype == jnp.float32 and ring[0, 0] == 1
