"""Neighbours in the whole training set; training itself only sees those in its batch."""

import functools
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from lanet_jax.lde import contribution
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
      features: features of all N records in one space.
      rows: rows whose neighbours are wanted.
      among: rows that may be neighbours.
      k: number of neighbours; fewer where there are fewer others.
      groups: records of one group, such as copies of a face, are no neighbours of each other; None
        if each is by itself.

    Yields:
      Rows of the neighbours and their cosine similarities, nearest first, for one block of `rows`
      after another; a similarity of -inf where there are too few records of other groups.
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
      A label distribution for each record.
    """
    one_hot = np.eye(classes, dtype=np.float32)[given]
    rows = np.arange(len(given))
    found = []
    for index, similarity in nearest(features, rows, among, voters, groups):
        counts = np.isfinite(similarity).astype(np.float32)
        # Without any voter all classes are as likely.
        sums = np.einsum("bk,bkc->bc", counts, one_hot[index]) + 1e-9
        found.append(sums / sums.sum(axis=1, keepdims=True))
    return np.concatenate(found)


def contributions(
    params: Contribution,
    features: Float[np.ndarray, "N D"],
    rows: Int[np.ndarray, " R"],
    index: Int[np.ndarray, "R K"],
) -> Float[np.ndarray, "R K"]:
    """The weight that the trained scores give each neighbour: c_ik / sum_k c_ik (Eq. 4).

    Args:
      params: score network of the space (Eq. 3).
      features: features of all N records in this space.
      rows: rows whose neighbours these are.
      index: rows of the neighbours.

    Returns:
      Weights that sum to 1 over the neighbours.
    """
    parts = []
    for start in range(0, len(rows), BLOCK):
        own, other = rows[start : start + BLOCK], index[start : start + BLOCK]
        padding = BLOCK - len(own)
        own = np.pad(own, (0, padding), mode="edge")
        other = np.pad(other, ((0, padding), (0, 0)), mode="edge")
        weights = _weights(params, features[own], features[other])
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
    similarity = jnp.where(groups[:, None] == of_others[None, :], -jnp.inf, own @ others.T)
    similarity, index = jax.lax.top_k(similarity, k)
    return index, similarity


@jax.jit
def _weights(
    params: Contribution, own: Float[Array, "B D"], others: Float[Array, "B K D"]
) -> Float[Array, "B K"]:
    k = others.shape[1]

    def scores(x: Float[Array, " D"], neighbors: Float[Array, "K D"]) -> Float[Array, " K"]:
        together = jnp.concatenate([x[None], neighbors])
        pairs = jnp.broadcast_to(1 + jnp.arange(k), (1 + k, k))
        return contribution.scores(params, together, pairs)[0]

    return jax.nn.softmax(jax.nn.log_sigmoid(jax.vmap(scores)(own, others)), axis=1)
