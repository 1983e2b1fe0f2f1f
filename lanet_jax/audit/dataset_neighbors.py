"""Neighbours in the whole training set; training itself only sees those in its batch."""

import functools
from collections.abc import Iterator, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from lanet_jax.lde import aggregate, contribution
from lanet_jax.lde.contribution import Contribution

# Rows compared with all candidates at a time: the largest array is BLOCK x candidates.
BLOCK = 256
# Neighbours whose observed labels are counted: enough for right labels to outvote wrong ones.
VOTERS = 100
_SEED = 0


def candidates(records: int, most: int) -> Int[np.ndarray, " M"]:
    """Rows that may be neighbours: all of them, or a random sample where there are too many.

    Args:
      records: number of records, N.
      most: the most rows to return.

    Returns:
      Row numbers in ascending order.
    """
    if records <= most:
        return np.arange(records)
    return np.sort(np.random.default_rng(_SEED).permutation(records)[:most])


def nearest(
    features: Float[np.ndarray, "N D"],
    rows: Int[np.ndarray, " R"],
    among: Int[np.ndarray, " M"],
    k: int,
    groups: Int[np.ndarray, " N"] | None = None,
) -> Iterator[tuple[Int[np.ndarray, "B K"], Float[np.ndarray, "B K"]]]:
    """The most similar other records of some records, as `lde.neighbors` finds them in a batch.

    Args:
      features: features of all N records in one space; all 0 where a record has no place in it,
        such as a face without landmarks, which then neither has nor is a neighbour.
      rows: rows whose neighbours are wanted.
      among: rows that may be neighbours.
      k: number of neighbours; fewer where there are fewer others.
      groups: records of one group, such as copies of a face, are no neighbours of each other; None
        if each is by itself.

    Yields:
      Rows of the neighbours and their cosine similarities, nearest first, for one block of `rows`
      after another; a similarity of -inf where there are too few to choose from.
    """
    own = np.arange(len(features)) if groups is None else groups
    norm = np.linalg.norm(features, axis=1, keepdims=True)
    unit = jnp.asarray(features / np.maximum(norm, 1e-12))
    others = jnp.take(unit, among, axis=0)
    k = min(k, len(among) - 1)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        padded = np.pad(block, (0, BLOCK - len(block)), mode="edge")  # one compiled shape
        index, similarity = _nearest(unit[padded], others, own[padded], own[among], k)
        yield among[np.asarray(index)[: len(block)]], np.asarray(similarity)[: len(block)]


def vote(
    features: Float[np.ndarray, "N D"],
    given: Int[np.ndarray, " N"],
    classes: int,
    among: Int[np.ndarray, " M"],
    groups: Int[np.ndarray, " N"],
    voters: int = VOTERS,
) -> Float[np.ndarray, "N C"]:
    """Shares of the observed labels of every record's neighbours; its own group's are left out.

    Args:
      features: features of all N records in one space.
      given: observed label of each record, an index into the classes.
      classes: number of classes, C.
      among: rows that may be neighbours.
      groups: see `nearest`.
      voters: number of neighbours that vote.

    Returns:
      A label distribution for each record; rows of 0 where nothing votes.
    """
    one_hot = np.eye(classes, dtype=np.float32)[given]
    rows = np.arange(len(given))
    found = []
    for index, similarity in nearest(features, rows, among, voters, groups):
        counts = np.isfinite(similarity).astype(np.float32)
        sums = np.einsum("bk,bkc->bc", counts, one_hot[index])
        found.append(sums / np.maximum(sums.sum(axis=1, keepdims=True), 1))
    return np.concatenate(found)


def together(votes: Sequence[Float[np.ndarray, "N C"]]) -> Float[np.ndarray, "N C"]:
    """The mean of several votes on each record, over those in which anything votes.

    Args:
      votes: label distributions; rows of 0 do not count.

    Returns:
      A label distribution for each record; all classes are as likely where nothing votes at all.
    """
    total = np.sum(votes, axis=0)
    sums = total.sum(axis=1, keepdims=True)
    return np.divide(total, sums, out=np.full_like(total, 1 / total.shape[1]), where=sums > 0)


def contributions(
    params: Contribution,
    features: Float[np.ndarray, "N D"],
    rows: Int[np.ndarray, " R"],
    index: Int[np.ndarray, "R K"],
    exists: Bool[np.ndarray, "R K"],
) -> Float[np.ndarray, "R K"]:
    """The weight that the trained scores give each neighbour: c_ik / sum_k c_ik (Eq. 4).

    Args:
      params: score network of the space (Eq. 3).
      features: features of all N records in this space.
      rows: rows whose neighbours these are.
      index: rows of the neighbours.
      exists: which of them are neighbours, see `nearest`.

    Returns:
      Weights that sum to 1 over the neighbours; meaningless where there is none.
    """
    parts = []
    for start in range(0, len(rows), BLOCK):
        block = slice(start, start + BLOCK)
        own, other, real = rows[block], index[block], exists[block]
        padding = BLOCK - len(own)
        own = np.pad(own, (0, padding), mode="edge")
        other, real = (np.pad(x, ((0, padding), (0, 0)), mode="edge") for x in (other, real))
        weights = _weights(params, features[own], features[other], real)
        parts.append(np.asarray(weights)[: BLOCK - padding])
    return np.concatenate(parts)


@functools.partial(jax.jit, static_argnums=4)
def _nearest(
    own: Float[Array, "B D"],
    others: Float[Array, "M D"],
    groups: Int[Array, " B"],
    of_others: Int[Array, " M"],
    k: int,
) -> tuple[Int[Array, "B K"], Float[Array, "B K"]]:
    placed = jnp.any(own != 0, axis=1)[:, None] & jnp.any(others != 0, axis=1)
    possible = placed & (groups[:, None] != of_others)
    similarity = jnp.where(possible, own @ others.T, -jnp.inf)
    similarity, index = jax.lax.top_k(similarity, k)
    return index, similarity


@jax.jit
def _weights(
    params: Contribution,
    own: Float[Array, "B D"],
    others: Float[Array, "B K D"],
    exists: Bool[Array, "B K"],
) -> Float[Array, "B K"]:
    k = others.shape[1]

    def scores(x: Float[Array, " D"], neighbors: Float[Array, "K D"]) -> Float[Array, " K"]:
        together = jnp.concatenate([x[None], neighbors])
        pairs = jnp.broadcast_to(1 + jnp.arange(k), (1 + k, k))
        return contribution.scores(params, together, pairs)[0]

    return aggregate.shares(exists, jax.vmap(scores)(own, others))
