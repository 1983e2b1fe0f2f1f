"""The running mean of every record's label distribution (Eq. 5)."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from lanet_jax.ops.copies import mean_of_copies


def init(labels: Int[Array, " N"], classes: int) -> Float[Array, "N C"]:
    """d^[0]: the one-hot observed label of every record.

    Args:
      labels: observed labels, padded to the bank's rows; a negative one gives a row of zeros.
      classes: number of classes, C.

    Returns:
      The bank.
    """
    return jax.nn.one_hot(labels, classes)


def targets(
    bank: Float[Array, "N C"],
    ids: Int[Array, " B"],
    distributions: Float[Array, "B C"],
    decay: float,
) -> Float[Array, "B C"]:
    """d_i^[e] = decay * d_i^[e-1] + (1 - decay) * d_i (Eq. 5).

    Args:
      bank: running means before this visit.
      ids: record of each sample.
      distributions: d_i of this step; the gradient flows through them.
      decay: omega of the paper.

    Returns:
      The targets, rows that sum to 1.
    """
    return decay * jnp.take(bank, ids, axis=0) + (1 - decay) * distributions


def update(
    bank: Float[Array, "N C"], ids: Int[Array, " B"], values: Float[Array, "B C"]
) -> Float[Array, "N C"]:
    """Writes the targets back; several copies of one record write their mean, in any order.

    Args:
      bank: running means before this step.
      ids: record of each sample.
      values: the targets of this step.

    Returns:
      The bank with the rows `ids` replaced, without gradient.
    """
    mean = mean_of_copies(ids, values)
    return bank.at[ids].set(jax.lax.stop_gradient(mean))


def stands_for(labels: Int[Array, " B"], shares: tuple[float, ...]) -> Float[Array, " B"] | None:
    """The share of all records that each sample stands for, if the sampler prefers some classes.

    Args:
      labels: observed labels of the batch.
      shares: share of each class among the observed labels of all records; empty if batches are
        drawn like them.

    Returns:
      The share of each sample's class over their number in the batch; None if all are equal.
    """
    if not shares:
        return None
    seen = jnp.bincount(labels, length=len(shares))
    return (jnp.array(shares) / jnp.maximum(seen, 1))[labels]


def class_means(
    bank: Float[Array, "N C"],
    distributions: Float[Array, "B C"],
    decay: float,
    weights: Float[Array, " B"] | None = None,
) -> Float[Array, " C"]:
    """The mean of the targets over all records, by Eq. 5 applied to means.

    The bank's own mean is not enough: it starts at the labels' frequencies, so a class without
    labels has none, while the targets of this step already give it a share.

    Args:
      bank: running means before this step; rows of padding are zero.
      distributions: d_i of this step; their mean stands for that of all records.
      decay: omega of the paper.
      weights: from `stands_for`.

    Returns:
      Shares that sum to 1.
    """
    mass = jnp.sum(bank, axis=0)
    return decay * mass / jnp.sum(mass) + (1 - decay) * jnp.average(distributions, 0, weights)
