"""The contrastive loss in one direction and in both (Eq. 11 to 13)."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from lanet_jax.el.pairs import positives
from lanet_jax.el.queue import Queue, filled


def _log_sum_exp_negatives(
    batch: Float[Array, "B B"],
    batch_negative: Bool[Array, "B B"],
    stored: Float[Array, "B S B"],
    stored_negative: Bool[Array, "B S B"],
) -> Float[Array, " B"]:
    """log sum exp over each row's negatives; -1e30, with gradient 0, for a row without any."""
    batch = jnp.where(batch_negative, batch, -jnp.inf)
    stored = jnp.where(stored_negative, stored, -jnp.inf)
    # No concatenation: the queue's part stays sharded and only [B] partial results are reduced.
    largest = jnp.maximum(jnp.max(batch, axis=1), jnp.max(stored, axis=(1, 2)))
    largest = jax.lax.stop_gradient(jnp.where(jnp.isfinite(largest), largest, 0.0))
    total = jnp.sum(jnp.exp(batch - largest[:, None]), axis=1)
    total += jnp.sum(jnp.exp(stored - largest[:, None, None]), axis=(1, 2))
    any_negative = total > 0
    return jnp.where(any_negative, jnp.log(jnp.where(any_negative, total, 1.0)) + largest, -1e30)


def contrastive_loss(
    queries: Float[Array, "B E"],
    keys: Float[Array, "B E"],
    labels: Int[Array, " B"],
    stored_keys: Float[Array, "S B E"],
    stored_labels: Int[Array, "S B"],
    stored: Bool[Array, " S"],
    temperature: float,
    batch_negatives: bool,
) -> Float[Array, ""]:
    """Mean over i and its positives j of -log(e^s_ij / (e^s_ij + sum over negatives)).

    This is Eq. 11 with expression queries and landmark keys, and Eq. 12 the other way round. The
    printed equations have lost an overline: the sum runs over j itself and the negatives of i.

    Args:
      queries: q, unit vectors.
      keys: k of the other space, unit vectors, without gradient.
      labels: pseudo-labels of the batch.
      stored_keys: the queue's keys of the same space as `keys`.
      stored_labels: their pseudo-labels when they were stored.
      stored: which slots of the queue hold keys.
      temperature: tau > 0, which divides the similarities.
      batch_negatives: whether samples of this batch with another pseudo-label are negatives too
        (the paper), or only the queue's (the published code).

    Returns:
      The loss, 0 where there is no negative at all.
    """
    positive = positives(labels)
    s = queries @ keys.T / temperature
    s_stored = jnp.einsum("be,ske->bsk", queries, stored_keys) / temperature
    stored_negative = (labels[:, None, None] != stored_labels) & stored[:, None]
    lse = _log_sum_exp_negatives(s, ~positive & batch_negatives, s_stored, stored_negative)
    # -log(e^s / (e^s + e^lse)) = softplus(lse - s), which overflows nowhere.
    terms = jax.nn.softplus(lse[:, None] - s)
    per_sample = jnp.sum(jnp.where(positive, terms, 0.0), axis=1) / jnp.sum(positive, axis=1)
    return jnp.mean(per_sample)


def expression_landmark_loss(
    queries: tuple[Float[Array, "B E"], Float[Array, "B E"]],
    keys: tuple[Float[Array, "B E"], Float[Array, "B E"]],
    labels: Int[Array, " B"],
    memory: Queue,
    temperature: float,
    batch_negatives: bool,
) -> Float[Array, ""]:
    """L_el = L_1 + L_2, the contrastive loss in both directions (Eq. 13).

    Args:
      queries: expression and landmark queries.
      keys: expression and landmark keys.
      labels: pseudo-labels of the batch.
      memory: the queue before this batch is enqueued.
      temperature: tau > 0, which divides the similarities.
      batch_negatives: see `contrastive_loss`.

    Returns:
      L_el.
    """
    stored = filled(memory)
    expression_to_landmark = contrastive_loss(
        queries[0],
        keys[1],
        labels,
        memory.landmark,
        memory.labels,
        stored,
        temperature,
        batch_negatives,
    )
    landmark_to_expression = contrastive_loss(
        queries[1],
        keys[0],
        labels,
        memory.expression,
        memory.labels,
        stored,
        temperature,
        batch_negatives,
    )
    return expression_to_landmark + landmark_to_expression
