"""The memory of past keys: a ring of whole batches.

A slot is a batch, so each device writes its own keys into its own shard ([S, B, E], sharded over
B), and nothing as large as the queue ever moves between devices.
"""

import flax.struct
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from lanet_jax.ops.ring import overwrite_oldest


@flax.struct.dataclass
class Queue:
    """Past keys of both spaces and the pseudo-label each had when it was stored.

    Attributes:
      expression: keys of the expression space, in S slots of one batch.
      landmark: keys of the landmark space, likewise.
      labels: pseudo-label of each pair of keys.
      batches: number of batches enqueued so far; slots beyond it are empty.
    """

    expression: Float[Array, "S B E"]
    landmark: Float[Array, "S B E"]
    labels: Int[Array, "S B"]
    batches: Int[Array, ""]


def init(entries: int, batch: int, projection: int) -> Queue:
    """An empty queue.

    Args:
      entries: entries of the queue, Q.
      batch: batch size, B.
      projection: projection width, E.

    Returns:
      The queue, S = Q / B slots.

    Raises:
      ValueError: Q is not a positive multiple of B.
    """
    if entries < batch or entries % batch:
        raise ValueError(f"a queue of {entries} entries is not made of batches of {batch}")
    slots = entries // batch
    return Queue(
        expression=jnp.zeros((slots, batch, projection)),
        landmark=jnp.zeros((slots, batch, projection)),
        labels=jnp.zeros((slots, batch), jnp.int32),
        batches=jnp.zeros((), jnp.int32),
    )


def filled(queue: Queue) -> Bool[Array, " S"]:
    """Which slots hold keys."""
    return jnp.arange(queue.labels.shape[0]) < queue.batches


def update(
    queue: Queue,
    expression: Float[Array, "B E"],
    landmark: Float[Array, "B E"],
    labels: Int[Array, " B"],
) -> Queue:
    """Overwrites the oldest slot with this batch's keys.

    Args:
      queue: the queue before the step.
      expression: the batch's keys in the expression space.
      landmark: the batch's keys in the landmark space.
      labels: pseudo-labels of this step.

    Returns:
      The queue, without gradient.
    """
    old, new = (queue.expression, queue.landmark, queue.labels), (expression, landmark, labels)
    expression, landmark, labels = overwrite_oldest(old, queue.batches, new)
    return jax.lax.stop_gradient(Queue(expression, landmark, labels, queue.batches + 1))
