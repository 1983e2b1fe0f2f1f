"""The memory of past batches, whose records are further candidates for neighbours.

In a batch, a record of a rare class often has no neighbour of its class at all; among the records
of many batches it has some, and those of common classes have nearer ones.
"""

from collections.abc import Mapping
from typing import NamedTuple

import flax.struct
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Shaped

from lanet_jax.devices.mesh import replicated
from lanet_jax.ops.ring import overwrite_oldest


class Candidates(NamedTuple):
    """Records that may be neighbours, in one space: a batch, or the memory.

    Attributes:
      features: u or v of each.
      labels: label distribution that each contributes as a neighbour.
      ids: number of each; negative in an empty place.
      known: which of them have a position in this space; None if all have.
    """

    features: Float[Array, "R D"]
    labels: Float[Array, "R C"]
    ids: Int[Array, " R"]
    known: Bool[Array, " R"] | None


@flax.struct.dataclass
class Memory:
    """The records of the past S batches, each once, as last seen: a ring of whole batches.

    Every device holds all of it, since a neighbour can be anywhere.

    Attributes:
      features: of each space.
      labels: label distribution that each record contributes as a neighbour.
      ids: record of each place; -1 in empty ones, and where the record has another place.
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
    """Overwrites the oldest slot with this batch; a record that occurs several times counts once.

    Args:
      memory: the memory before the step.
      features: features of the batch in each space.
      labels: label distribution that each record contributes as a neighbour.
      ids: record of each sample.
      known: which of them have landmarks.

    Returns:
      The memory, without gradient.
    """
    features, labels, ids, known = replicated((features, labels, ids, known))
    old = memory.features, memory.labels, _without(memory.ids, ids), memory.known
    new = features, labels, _first(ids), known
    features, labels, ids, known = overwrite_oldest(old, memory.batches, new)
    after = Memory(features, labels, ids, known, memory.batches + 1)
    return replicated(jax.lax.stop_gradient(after))


def others(memory: Memory, space: str, batch: Candidates) -> Candidates:
    """The records of the memory that are not in the batch.

    Args:
      memory: the memory before the step.
      space: the space, a key of the memory's features.
      batch: the batch in this space.

    Returns:
      The records, R = S B; the places of the batch's own are empty.
    """
    known = None if batch.known is None else memory.known
    ids = _without(memory.ids, replicated(batch.ids))
    past = Candidates(memory.features[space], memory.labels, ids, known)
    return jax.tree.map(lambda ring: ring.reshape(-1, *ring.shape[2:]), past)


def taken(
    batch: Shaped[Array, "B ..."], past: Shaped[Array, "R ..."] | None, index: Int[Array, "B K"]
) -> Shaped[Array, "B K ..."]:
    """What belongs to each neighbour.

    Args:
      batch: what belongs to each sample.
      past: what belongs to each record of the memory, without gradient; None without one.
      index: of the neighbours; the batch comes before the past.

    Returns:
      The neighbours' rows.
    """
    if past is None:
        return jnp.take(batch, index, axis=0)
    # Not of both joined: the gradient would be as long, and be summed over the devices.
    count = batch.shape[0]
    own = jnp.take(batch, index, axis=0, mode="clip")
    others = jnp.take(jax.lax.stop_gradient(past), index - count, axis=0, mode="clip")
    return jnp.where(jnp.expand_dims(index < count, range(2, own.ndim)), own, others)


def _without(ids: Int[Array, "S B"], seen: Int[Array, " B"]) -> Int[Array, "S B"]:
    """Empties the places of records that are seen again."""
    return replicated(jnp.where(jnp.any(replicated(ids)[..., None] == seen, axis=-1), -1, ids))


def _first(ids: Int[Array, " B"]) -> Int[Array, " B"]:
    """Empties all places but the first of a record that a batch holds several times."""
    before = jnp.tril(ids[:, None] == ids, -1)
    return jnp.where(jnp.any(before, axis=1), -1, ids)
