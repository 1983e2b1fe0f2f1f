"""How far an observed label is trusted: the weight of its cross-entropy."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int


def weights(
    targets: Float[Array, "B C"],
    labels: Int[Array, " B"],
    class_means: Float[Array, " C"],
    records: Float[Array, ""] | int,
    power: float,
    balance: float,
) -> Float[Array, " B"]:
    """w_i = (r_i[y_i] / max_k r_i[k])^g with r_i[k] = t_i[k] / m[k]^tau; no equation of the paper.

    L_ce trusts every observed label forever, and so memorises labels that the targets have long
    abandoned. The weight is 1 while no class has more evidence r than the observed one. For the
    one-hot observed label that is so; as the bank learns, the weights of doubtful labels fall
    without any schedule. Dividing by the largest r, rather than the sum, keeps the weight at 1
    however flat the target is.

    Args:
      targets: t, the targets of this step; no gradient passes.
      labels: y, the observed classes.
      class_means: m, the mean of the targets over all records.
      records: N, their number.
      power: g; 0 trusts every label fully.
      balance: tau. At 0 the classes' frequencies count as evidence, so that rare classes, whose
        observed labels are mostly wrong, lose their weight together; at 1 they do not.

    Returns:
      Weights in [0, 1].
    """
    # How much more than its average the record's target gives each class. A class of less than one
    # record counts as one, or the traces of a class that no label names would outweigh the others.
    share = targets / jnp.maximum(class_means, 1 / records) ** balance
    given = jnp.take_along_axis(share, labels[:, None], axis=1)[:, 0]
    return jax.lax.stop_gradient((given / jnp.max(share, axis=1)) ** power)
