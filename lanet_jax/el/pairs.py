"""Which samples form pairs (Eq. 8 and 9)."""

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int


def pseudo_labels(
    targets: Float[Array, "B C"], ids: Int[Array, " B"], threshold: float
) -> Int[Array, " B"]:
    """Pseudo-label of each sample, from its target distribution (Eq. 8).

    The paper gives every ambiguous sample -1, which would make all of them equal to each other;
    -(id + 1) makes an ambiguous sample equal only to copies of the same image.

    Args:
      targets: label distributions.
      ids: record of each sample.
      threshold: delta; a sample is confident if its largest probability is above it.

    Returns:
      The class of confident samples, -(id + 1) of ambiguous ones.
    """
    confident = jnp.max(targets, axis=1) > threshold
    return jnp.where(confident, jnp.argmax(targets, axis=1), -(ids + 1)).astype(jnp.int32)


def positives(labels: Int[Array, " B"]) -> Bool[Array, "B B"]:
    """I(i): the samples with the pseudo-label of i, itself always among them (Eq. 9).

    Args:
      labels: pseudo-labels.

    Returns:
      True at [i, j] if j is in I(i).
    """
    return labels[:, None] == labels[None, :]
