"""RUL: classifies mixtures of two images, weighted by their uncertainty, as both of their labels.

Source: Zhang et al., "Relative Uncertainty Learning for Facial Expression Recognition",
NeurIPS 2021; docs/choices.md.
"""

import dataclasses

import jax
import jax.numpy as jnp
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float, Int

from lanet_jax.methods.classifier import PART, OneClassifier
from lanet_jax.methods.method import Example
from lanet_jax.models.classifiers import Embedding
from lanet_jax.models.pure import apply, draw
from lanet_jax.ops import linear
from lanet_jax.ops.losses import cross_entropy
from lanet_jax.typing import Batch, Key, PyTree


@dataclasses.dataclass(frozen=True)
class RUL(OneClassifier):
    """The mean of a mixture's cross-entropies with its two labels.

    Attributes:
      log_variance: the uncertainty head, on the same map as the classifier's embedding mu. Like the
        mixing, it is used in training only: fc(mu) predicts.
    """

    log_variance: Embedding

    def init(self, key: Key, example: Example) -> tuple[PyTree, PyTree]:
        """See `Method.init`."""
        key, head_key = jax.random.split(key)
        params, stats = super().init(key, example)
        variables = {"params": params[PART], "batch_stats": stats[PART]}
        _, _, last = jax.eval_shape(
            lambda v: self.expression.apply(v, example.images[:1], False), variables
        )
        head = draw(self.log_variance, head_key, jnp.zeros(last.shape))
        return (
            {**params, "log_variance": head["params"]},
            {**stats, "log_variance": head["batch_stats"]},
        )

    def loss(
        self, params: PyTree, model_state: PyTree, batch: Batch, key: Key
    ) -> tuple[Float[Array, ""], tuple[PyTree, dict[str, Float[Array, ""]]]]:
        """See `Method.loss`."""
        mu_key, head_key, order_key = jax.random.split(key, 3)
        with jax.named_scope("backbone"):
            (logits, mu, last), stats = apply(
                self.expression,
                params["expression"],
                model_state["expression"],
                batch["image"],
                True,
                mu_key,
            )
            log_variance, head_stats = apply(
                self.log_variance,
                params["log_variance"],
                model_state["log_variance"],
                last,
                True,
                head_key,
            )
        uncertainty = jnp.mean(jnp.exp(log_variance), axis=1)
        order = jax.random.permutation(order_key, len(mu))
        mixed = linear.apply(params["expression"]["fc"], mix(mu, uncertainty, order))
        labels = batch["label"]
        loss = (cross_entropy(mixed, labels) + cross_entropy(mixed, labels[order])) / 2
        metrics = {
            "uncertainty": jnp.mean(uncertainty),
            "accuracy": jnp.mean(jnp.argmax(logits, axis=1) == labels),  # without the mixing
        }
        return loss, ({"expression": stats, "log_variance": head_stats}, metrics)

    def specs(self) -> PyTree:
        """See `Method.specs`."""
        return {**super().specs(), "log_variance": P()}


def mix(
    mu: Float[Array, "B D"], uncertainty: Float[Array, " B"], order: Int[Array, " B"]
) -> Float[Array, "B D"]:
    """Mixes each image with another, weighted by their uncertainties.

    To be classified as both labels a mixture must hold more of the image that is harder to
    recognise, so the loss raises the uncertainty of that image.

    Args:
      mu: embedding of each image.
      uncertainty: s > 0; the gradient flows into it too.
      order: index j of each image's partner.

    Returns:
      (s_i mu_i + s_j mu_j) / (s_i + s_j).
    """
    other = uncertainty[order]
    weight = (uncertainty / (uncertainty + other))[:, None]
    return weight * mu + (1 - weight) * mu[order]
