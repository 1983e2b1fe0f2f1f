"""Eq. 11 to 13 against plain loops."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from lanet_jax.el import queue
from lanet_jax.el.contrast import contrastive_loss, expression_landmark_loss

B, S, E, TAU = 8, 5, 3, 0.1
LABELS = np.array([0, 2, 2, -4, 0, -9, 2, -4])  # the two -4 are copies of one ambiguous image
STORED_LABELS = np.random.default_rng(1).choice([0, 1, 2, -4, -7], size=(S, B))


def unit(seed, *shape):
    x = np.random.default_rng(seed).normal(size=(*shape, E))
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


QUERIES, KEYS = (unit(0, B), unit(1, B)), (unit(2, B), unit(3, B))


def memory(batches=S, slots=S):
    stored = queue.Queue(
        expression=jnp.array(unit(5, S, B)),
        landmark=jnp.array(unit(6, S, B)),
        labels=jnp.array(STORED_LABELS, jnp.int32),
        batches=jnp.array(batches),
    )
    return jax.tree.map(lambda x: x[:slots] if x.ndim else x, stored)


def one_direction(queries, keys, labels, stored_keys, stored_labels, tau, batch_negatives):
    """Eq. 11 with the overline put back: the sum runs over the negatives of i, and j."""
    n, total = len(queries), 0.0
    for i in range(n):
        positive = [j for j in range(n) if labels[j] == labels[i]]
        negatives = [keys[m] for m in range(n) if batch_negatives and labels[m] != labels[i]]
        negatives += [
            k for k, label in zip(stored_keys, stored_labels, strict=True) if label != labels[i]
        ]
        inner = 0.0
        for j in positive:
            s = queries[i] @ keys[j] / tau
            logits = np.array([s, *(queries[i] @ k / tau for k in negatives)])
            largest = logits.max()
            inner += s - largest - np.log(np.sum(np.exp(logits - largest)))
        total += -inner / len(positive)
    return total / n


def both_directions(stored, tau, batch_negatives, labels=LABELS):
    filled = int(stored.batches)
    flat = [np.array(x[:filled]).reshape(-1, E) for x in (stored.expression, stored.landmark)]
    old = np.array(stored.labels[:filled]).ravel()
    (q_u, q_v), (k_u, k_v) = QUERIES, KEYS
    return one_direction(q_u, k_v, labels, flat[1], old, tau, batch_negatives) + one_direction(
        q_v, k_u, labels, flat[0], old, tau, batch_negatives
    )


def run(stored, tau=TAU, batch_negatives=True, labels=LABELS, queries=QUERIES):
    queries, keys = jax.tree.map(jnp.array, (tuple(queries), KEYS))
    return expression_landmark_loss(queries, keys, jnp.array(labels), stored, tau, batch_negatives)


@pytest.mark.parametrize("batch_negatives", [True, False])
@pytest.mark.parametrize("batches", [0, 1, 3, S])
@pytest.mark.parametrize("tau", [0.1, 1.0])
def test_loss_is_eq_11_to_13(tau, batches, batch_negatives):
    stored = memory(batches)
    expected = both_directions(stored, tau, batch_negatives)
    np.testing.assert_allclose(run(stored, tau, batch_negatives), expected, rtol=1e-5, atol=1e-6)


def test_by_hand():
    """Two samples of two classes: each has itself as positive and the other as negative."""
    q = jnp.array([[1.0, 0.0], [0.0, 1.0]])
    k = jnp.array([[0.6, 0.8], [1.0, 0.0]])
    nothing = jnp.zeros((1, 2, 2)), jnp.zeros((1, 2), jnp.int32), jnp.array([False])
    loss = contrastive_loss(q, k, jnp.array([0, 1]), *nothing, 0.5, True)
    # s = [[1.2, 2], [1.6, 0]]
    expected = (np.log(1 + np.exp(2 - 1.2)) + np.log(1 + np.exp(1.6 - 0))) / 2
    np.testing.assert_allclose(loss, expected, rtol=1e-6)


def test_a_full_ring_counts_every_slot():
    wrapped = memory(S + 7)
    np.testing.assert_array_equal(run(wrapped), run(memory(S)))


@pytest.mark.parametrize("slots", [1, 2, 4])
def test_empty_slots_are_as_good_as_absent(slots):
    value, gradient = jax.value_and_grad(lambda q: run(memory(slots), queries=q))(QUERIES)
    short, short_gradient = jax.value_and_grad(lambda q: run(memory(slots, slots), queries=q))(
        QUERIES
    )
    np.testing.assert_allclose(value, short, rtol=1e-6)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6),
        gradient,
        short_gradient,
    )


@pytest.mark.parametrize(
    ("batches", "batch_negatives", "labels"),
    [(0, False, LABELS), (0, True, np.full(B, 2)), (0, False, np.full(B, 2))],
)
def test_without_negatives_the_loss_and_its_gradient_are_zero(batches, batch_negatives, labels):
    value, gradient = jax.value_and_grad(
        lambda q: run(memory(batches), TAU, batch_negatives, labels, q)
    )(QUERIES)
    assert value == 0
    for leaf in gradient:
        assert (leaf == 0).all()


def test_one_sample_without_negatives_among_others():
    """Row by row: only the first sample's label is everywhere in the queue."""
    labels = np.array([2, *range(10, 10 + B - 1)])
    stored = memory(S).replace(labels=jnp.full((S, B), 2))
    value, gradient = jax.value_and_grad(lambda q: run(stored, TAU, False, labels, q))(QUERIES)
    np.testing.assert_allclose(value, both_directions(stored, TAU, False, labels), rtol=1e-5)
    for leaf in gradient:
        assert (leaf[0] == 0).all() and jnp.isfinite(leaf).all()
        assert (jnp.abs(leaf[1:]).max(axis=1) > 0).all()


def test_large_similarities_do_not_overflow():
    tau = 1e-3  # s up to 1000; exp(89) is infinite in float32
    value, gradient = jax.value_and_grad(lambda q: run(memory(3), tau, queries=q))(QUERIES)
    np.testing.assert_allclose(value, both_directions(memory(3), tau, True), rtol=1e-5)
    assert all(jnp.isfinite(leaf).all() for leaf in gradient)


@pytest.mark.parametrize("batch_negatives", [True, False])
def test_gradient_is_that_of_finite_differences(batch_negatives):
    stored, direction = memory(2), unit(7, B)
    gradient = jax.grad(lambda q: run(stored, 1.0, batch_negatives, queries=(q, QUERIES[1])))(
        jnp.array(QUERIES[0])
    )
    flat, old = np.array(stored.landmark[:2]).reshape(-1, E), STORED_LABELS[:2].ravel()

    def exact(step):
        q = QUERIES[0] + step * direction
        return one_direction(q, KEYS[1], LABELS, flat, old, 1.0, batch_negatives)

    numeric = (exact(1e-5) - exact(-1e-5)) / 2e-5
    np.testing.assert_allclose(np.sum(np.array(gradient) * direction), numeric, rtol=1e-4)


def test_the_order_of_the_batch_does_not_matter():
    order = np.random.default_rng(0).permutation(B)
    queries, keys = jax.tree.map(lambda x: jnp.array(x[order]), (QUERIES, KEYS))
    loss = expression_landmark_loss(queries, keys, jnp.array(LABELS[order]), memory(2), TAU, True)
    np.testing.assert_allclose(loss, run(memory(2)), rtol=1e-5)


def test_nothing_is_larger_than_batch_by_queue(traced_shapes):
    shapes = traced_shapes(jax.value_and_grad(lambda q: run(memory(), queries=q)), QUERIES)
    assert len(shapes) > 50
    assert (B, S, B) in shapes  # the walk sees the similarities
    assert max(np.prod(shape) for shape in shapes) <= B * S * B < B * B * S * B
