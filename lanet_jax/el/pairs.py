"""Which samples are positive pairs of the contrastive loss (Eq. 8 and 9)."""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int


def pseudo_labels(
    targets: Float[Array, "B C"], ids: Int[Array, " B"], threshold: float
) -> Int[Array, " B"]:
    """Pseudo-label of each sample, from its target distribution (Eq. 8).

    Samples with equal pseudo-labels are positives of each other. The paper gives every ambiguous
    sample -1, which would pull all of them together as if they were one class. -(id + 1) is
    negative too, so it equals no class, but differs for each record: an ambiguous sample is a
    positive only of copies of the same image. Adding 1 keeps record 0 apart from class 0.

    Args:
      targets: label distribution of each sample; rows sum to 1.
      ids: record of each sample, 0 to N - 1.
      threshold: delta; a sample is confident if its largest probability is above it.

    Returns:
      The class of confident samples, -(id + 1) of ambiguous ones.
    """
    confident = jnp.max(targets, axis=1) > threshold
    return jnp.where(confident, jnp.argmax(targets, axis=1), -(ids + 1)).astype(jnp.int32)


def positives(labels: Int[Array, " B"]) -> Bool[Array, "B B"]:
    """I(i): the samples with the pseudo-label of i, always including i itself (Eq. 9).

    Args:
      labels: pseudo-label of each sample.

    Returns:
      True at [i, j] if j is in I(i).
    """
    return labels[:, None] == labels[None, :]
