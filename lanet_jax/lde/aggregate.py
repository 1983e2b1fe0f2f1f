"""Averages what neighbours contribute into a label distribution (Eq. 4)."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float


def neighborhood_mean(
    labels: Float[Array, "B K C"],
    own: Float[Array, "B C"],
    exists: Bool[Array, "B K"],
    z: Float[Array, "B K"],
) -> Float[Array, "B C"]:
    """Mean of the neighbours' p_k weighted by c_ik, in one space (one term of Eq. 4).

    Args:
      labels: what the neighbours contribute, `memory.taken`; p in the paper.
      own: what the samples themselves would contribute.
      exists: which of the K neighbours exist; the others have weight 0.
      z: scores before the sigmoid.

    Returns:
      Rows that sum to 1; a sample without any neighbour keeps its own.
    """
    weights = shares(exists, z)
    # Full precision, as in `mean_of_copies`: in TF32 rows would sum to 1 only to three digits.
    mean = jnp.einsum("bk,bkc->bc", weights, labels, precision="highest")
    return jnp.where(jnp.any(exists, axis=1, keepdims=True), mean, own)


def shares(exists: Bool[Array, "B K"], z: Float[Array, "B K"]) -> Float[Array, "B K"]:
    """c_ik / sum_k c_ik (Eq. 4).

    This is the softmax over k of log sigmoid(z_ik), which is exact for scores of any size. With
    c / (sum c + epsilon) the score networks learn to send all scores to 0, and the target with
    them.

    Args:
      exists: which of the K neighbours exist; the others have weight 0.
      z: scores before the sigmoid.

    Returns:
      Rows that sum to 1; meaningless where no neighbour exists.
    """
    return jax.nn.softmax(jnp.where(exists, jax.nn.log_sigmoid(z), -1e30), axis=1)


def mean_over_spaces(
    distributions: Sequence[Float[Array, "B C"]], exists: Sequence[Bool[Array, "B K"]]
) -> Float[Array, "B C"]:
    """d_i, the mean over the spaces' distributions (Eq. 4).

    Args:
      distributions: from `neighborhood_mean`, one per space.
      exists: which neighbours exist in each; a space where a sample has none does not count.

    Returns:
      Their mean; for a sample without a neighbour in any space, what `neighborhood_mean` gave it.
    """
    counts = jnp.stack([jnp.any(e, axis=1, keepdims=True) for e in exists])
    counts = jnp.where(jnp.any(counts, axis=0), counts, True)
    total = sum(jnp.where(c, d, 0) for c, d in zip(counts, distributions, strict=True))
    return total / jnp.sum(counts, axis=0)


def sharpened(distributions: Float[Array, "B C"], power: float) -> Float[Array, "B C"]:
    """d_i[k]^s / sum_k d_i[k]^s; no equation of the paper.

    Where a share of the observed labels is wrong, neighbours' labels give even a clear face no more
    than the rest to its class. Sharpening (Berthelot et al., MixMatch, 2019, Eq. 7) undoes that.

    Args:
      distributions: d_i.
      power: s, 1 or more; 1 changes nothing (the paper).

    Returns:
      Rows that sum to 1.
    """
    if power == 1.0:
        return distributions
    powers = distributions**power
    return powers / jnp.sum(powers, axis=1, keepdims=True)
