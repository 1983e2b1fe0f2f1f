"""The ring of batches."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.el import queue

S, B, E = 3, 2, 4


def push(memory, number):
    """A batch whose keys and labels all tell its number."""
    keys = jnp.full((B, E), float(number))
    return queue.update(memory, keys, -keys, jnp.full(B, number, jnp.int32))


def contents(memory):
    return np.array(memory.labels[:, 0])


def test_starts_empty():
    memory = queue.init(S * B, B, E)
    assert memory.expression.shape == memory.landmark.shape == (S, B, E)
    assert memory.labels.shape == (S, B)
    assert not queue.filled(memory).any()


def test_slots_fill_in_order_and_the_oldest_goes_first():
    memory = queue.init(S * B, B, E)
    expected = [
        ([1, 0, 0], [True, False, False]),
        ([1, 2, 0], [True, True, False]),
        ([1, 2, 3], [True, True, True]),
        ([4, 2, 3], [True, True, True]),
        ([4, 5, 3], [True, True, True]),
        ([4, 5, 6], [True, True, True]),
        ([7, 5, 6], [True, True, True]),
    ]
    for number, (slots, filled) in enumerate(expected, start=1):
        memory = push(memory, number)
        np.testing.assert_array_equal(contents(memory), slots)
        np.testing.assert_array_equal(queue.filled(memory), filled)
        np.testing.assert_array_equal(memory.expression[:, 1, 2], slots)
        np.testing.assert_array_equal(memory.landmark[:, 0, 3], -np.array(slots))


def test_a_queue_of_one_batch():
    memory = push(push(queue.init(B, B, E), 1), 2)
    np.testing.assert_array_equal(contents(memory), [2])


def test_updates_under_jit():
    memory = jax.jit(push, static_argnums=1)(queue.init(S * B, B, E), 1)
    np.testing.assert_array_equal(contents(memory), [1, 0, 0])


def test_the_whole_batch_is_kept_in_its_order():
    expression, landmark = jax.random.normal(jax.random.key(0), (2, B, E))
    memory = queue.update(queue.init(S * B, B, E), expression, landmark, jnp.array([6, -9]))
    np.testing.assert_array_equal(memory.expression[0], expression)
    np.testing.assert_array_equal(memory.landmark[0], landmark)
    np.testing.assert_array_equal(memory.labels[0], [6, -9])


@pytest.mark.parametrize(("entries", "batch"), [(8192, 96), (64, 128), (0, 8), (-8, 8)])
def test_a_queue_must_be_whole_batches(entries, batch):
    with pytest.raises(ValueError, match=f"{entries} entries is not made of batches of {batch}"):
        queue.init(entries, batch, E)


def test_no_gradient_flows_into_the_queue():
    def loss(keys):
        memory = queue.update(queue.init(S * B, B, E), keys, 2 * keys, jnp.zeros(B, jnp.int32))
        return jnp.sum(memory.expression**2) + jnp.sum(memory.landmark**2)

    assert (jax.grad(loss)(jnp.ones((B, E))) == 0).all()
