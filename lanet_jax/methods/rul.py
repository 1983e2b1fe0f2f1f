"""RUL: mixtures of two images that lean to the more uncertain one, and must name both.

Source: Zhang et al., "Relative Uncertainty Learning for Facial Expression Recognition",
NeurIPS 2021; docs/choices.md.
"""

import dataclasses

import jax
import jax.numpy as jnp
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float, Int

from lanet_jax.methods.classifier import predict, start
from lanet_jax.methods.method import Example
from lanet_jax.models.classifiers import Embedding, EmbeddingClassifier, apply_with_dropout
from lanet_jax.ops import linear
from lanet_jax.ops.losses import cross_entropy
from lanet_jax.typing import Batch, Key, PyTree


@dataclasses.dataclass(frozen=True)
class RUL:
    """Half a cross-entropy with each of the labels of a mixture.

    Attributes:
      expression: the network; its embedding is mu.
      log_variance: the head of the uncertainty, on the same map; it only trains.
    """

    expression: EmbeddingClassifier
    log_variance: Embedding
    inference = ("expression",)

    def init(self, key: Key, example: Example) -> tuple[PyTree, PyTree]:
        """See `Method.init`."""
        key, head_key = jax.random.split(key)
        params, stats = start(self.expression, key, example)
        variables = {"params": params, "batch_stats": stats}
        _, _, last = jax.eval_shape(
            lambda v: self.expression.apply(v, example.images[:1], False), variables
        )
        head = self.log_variance.init(head_key, jnp.zeros(last.shape), False)
        return (
            {"expression": params, "log_variance": head["params"]},
            {"expression": stats, "log_variance": head["batch_stats"]},
        )

    def loss(
        self, params: PyTree, model_state: PyTree, batch: Batch, key: Key
    ) -> tuple[Float[Array, ""], tuple[PyTree, dict[str, Float[Array, ""]]]]:
        """See `Method.loss`."""
        mu_key, head_key, order_key = jax.random.split(key, 3)
        with jax.named_scope("backbone"):
            (logits, mu, last), stats = apply_with_dropout(
                self.expression,
                params["expression"],
                model_state["expression"],
                batch["image"],
                mu_key,
            )
            log_variance, head_stats = apply_with_dropout(
                self.log_variance,
                params["log_variance"],
                model_state["log_variance"],
                last,
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

    def predict(
        self, params: PyTree, model_state: PyTree, images: Float[Array, "B H W 3"]
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"]]:
        """See `Method.predict`: fc(mu), nothing mixed and nothing dropped."""
        return predict(self.expression, params["expression"], model_state["expression"], images)

    def specs(self) -> PyTree:
        """See `Method.specs`."""
        return {"expression": P(), "log_variance": P()}

    def targets(self, model_state: PyTree) -> None:
        """See `Method.targets`; RUL estimates none."""
        del model_state


def mix(
    mu: Float[Array, "B D"], uncertainty: Float[Array, "B"], order: Int[Array, "B"]
) -> Float[Array, "B D"]:
    """Mixes each image with another, each weighted by its own share of their uncertainty.

    To name both labels the mixture must hold more of the image that is harder to recognise, so that
    the loss pushes the uncertainty of that one up.

    Args:
      mu: embeddings.
      uncertainty: s > 0; the gradient flows into it too.
      order: j of each i.

    Returns:
      (s_i mu_i + s_j mu_j) / (s_i + s_j).
    """
    other = uncertainty[order]
    weight = (uncertainty / (uncertainty + other))[:, None]
    return weight * mu + (1 - weight) * mu[order]
