"""How far a given label is believed: the weight of its cross-entropy."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int


def weights(
    targets: Float[Array, "B C"],
    labels: Int[Array, " B"],
    class_means: Float[Array, " C"],
    power: float,
    balance: float,
) -> Float[Array, " B"]:
    """w_i = (r_i[y_i] / max_k r_i[k])^g with r_i[k] = t_i[k] / m[k]^tau; no equation of the paper.

    L_ce believes every given label for ever, and so memorises those that the targets have long
    given up. The weight is 1 as long as no class is more credible than the given one (at the start,
    when a target is the given label, always) and falls by itself as the bank learns.

    Args:
      targets: t of this step; no gradient passes.
      labels: given classes y.
      class_means: m, the mean of the targets, over all records.
      power: g; 0 believes every label.
      balance: tau. At 0 the classes' frequencies are part of the evidence, so that rare classes,
        whose given labels are mostly wrong ones, are given up together; at 1 they are not.

    Returns:
      Weights in [0, 1].
    """
    share = targets / jnp.maximum(class_means, 1e-6) ** balance
    given = jnp.take_along_axis(share, labels[:, None], axis=1)[:, 0]
    return jax.lax.stop_gradient((given / jnp.max(share, axis=1)) ** power)
