"""The memory of past batches, whose records are further candidates for neighbours.

In a batch, a record of a rare class often has no neighbour of its class at all; among the records
of many batches it has some, and those of common classes have nearer ones.
"""

from collections.abc import Mapping
from typing import NamedTuple

import flax.struct
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from lanet_jax.devices.mesh import replicated


class Candidates(NamedTuple):
    """The records among which the neighbours of a batch are found, in one space.

    Attributes:
      features: features of the global batch (the first B) and of the memory.
      labels: label distribution that each contributes as a neighbour.
      ids: record of each; negative in an empty place.
      known: which of them have a position in this space; None if all have.
    """

    features: Float[Array, "M D"]
    labels: Float[Array, "M C"]
    ids: Int[Array, " M"]
    known: Bool[Array, " M"] | None


@flax.struct.dataclass
class Memory:
    """The records of the past S batches, as they were last seen: a ring of whole batches.

    Every device holds all of it, since a neighbour can be anywhere.

    Attributes:
      features: of each space.
      labels: label distribution that each record contributes as a neighbour.
      ids: record of each place; -1 in empty ones.
      known: which of them have landmarks, and so a position in landmark space.
      batches: number of batches remembered so far.
    """

    features: dict[str, Float[Array, "S B D"]]
    labels: Float[Array, "S B C"]
    ids: Int[Array, "S B"]
    known: Bool[Array, "S B"]
    batches: Int[Array, ""]


def init(entries: int, batch: int, widths: Mapping[str, int], classes: int) -> Memory:
    """An empty memory.

    Args:
      entries: records that it holds, a multiple of the batch size.
      batch: batch size, B.
      widths: width of each space, D.
      classes: number of classes, C.

    Returns:
      The memory, S = entries / B slots.
    """
    slots = entries // batch
    return Memory(
        features={space: jnp.zeros((slots, batch, width)) for space, width in widths.items()},
        labels=jnp.zeros((slots, batch, classes)),
        ids=jnp.full((slots, batch), -1, jnp.int32),
        known=jnp.zeros((slots, batch), bool),
        batches=jnp.zeros((), jnp.int32),
    )


def update(
    memory: Memory,
    features: dict[str, Float[Array, "B D"]],
    labels: Float[Array, "B C"],
    ids: Int[Array, " B"],
    known: Bool[Array, " B"],
) -> Memory:
    """Overwrites the oldest slot with this batch, and forgets what it knew of these records.

    Args:
      memory: the memory before the step.
      features: features of the batch in each space.
      labels: label distribution that each record contributes as a neighbour.
      ids: record of each sample.
      known: which of them have landmarks.

    Returns:
      The memory, without gradient.
    """
    slot = memory.batches % memory.ids.shape[0]
    new = replicated((features, labels, ids, known))
    old = memory.features, memory.labels, _without(memory.ids, new[2]), memory.known

    def put(ring: Array, batch: Array) -> Array:
        return ring.at[slot].set(batch.astype(ring.dtype))

    features, labels, ids, known = jax.tree.map(put, old, new)
    return jax.lax.stop_gradient(Memory(features, labels, ids, known, memory.batches + 1))


def candidates(memory: Memory | None, space: str, batch: Candidates) -> Candidates:
    """The candidates of a space: the batch's own and those of the memory, each record once.

    Args:
      memory: the memory before the step; None for the batch alone (the paper).
      space: the space, a key of the memory's features.
      batch: the batch's own.

    Returns:
      All of them, M = B or B + S B.
    """
    if memory is None:
        return batch
    batch = replicated(batch)
    known = None if batch.known is None else memory.known
    ids = _without(memory.ids, batch.ids)
    past = Candidates(memory.features[space], memory.labels, ids, known)
    flat = jax.tree.map(lambda ring: ring.reshape(-1, *ring.shape[2:]), past)
    return jax.tree.map(lambda *parts: jnp.concatenate(parts), batch, flat)


def _without(ids: Int[Array, "S B"], seen: Int[Array, " B"]) -> Int[Array, "S B"]:
    """Empties the places of records that are seen again: a record would count twice."""
    return jnp.where(jnp.any(ids[..., None] == seen, axis=-1), -1, ids)
