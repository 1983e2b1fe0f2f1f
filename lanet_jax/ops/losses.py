"""The losses on class probabilities that the methods share."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int


def cross_entropy(
    logits: Float[Array, "B C"],
    labels: Int[Array, " B"],
    weights: Float[Array, " B"] | float = 1.0,
) -> Float[Array, ""]:
    """Cross-entropy with the observed labels, batch mean (Eq. 6).

    Args:
      logits: unnormalised log probabilities.
      labels: observed classes.
      weights: weights of the samples; they scale the mean and do not normalise it.

    Returns:
      L_ce in nats.
    """
    log_p = jax.nn.log_softmax(logits)
    return -jnp.mean(weights * jnp.take_along_axis(log_p, labels[:, None], axis=1)[:, 0])


def soft_cross_entropy(
    logits: Float[Array, "B C"], shares: Float[Array, "B C"]
) -> Float[Array, ""]:
    """Cross-entropy with distributions, batch mean (Barsoum et al. 2016, section 4.4).

    Args:
      logits: unnormalised log probabilities.
      shares: distributions, such as those of annotator votes.

    Returns:
      The loss in nats.
    """
    return -jnp.mean(jnp.sum(shares * jax.nn.log_softmax(logits), axis=1))


def kl_divergence(target: Float[Array, "B C"], logits: Float[Array, "B C"]) -> Float[Array, ""]:
    """KL(target || softmax(logits)), batch mean (Eq. 7, whose printed sign is wrong).

    Args:
      target: distributions; the gradient flows into them too.
      logits: unnormalised log probabilities.

    Returns:
      L_kl >= 0 in nats.
    """
    # The inner `where` keeps the gradient of log finite at classes of probability 0.
    log_target = jnp.log(jnp.where(target > 0, target, 1.0))
    return jnp.mean(jnp.sum(target * (log_target - jax.nn.log_softmax(logits)), axis=1))
