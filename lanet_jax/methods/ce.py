"""CE: a plain ResNet under cross-entropy, the baseline of every table."""

import dataclasses

import jax
import jax.numpy as jnp
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float

from lanet_jax.methods.classifier import predict, start
from lanet_jax.methods.method import Example
from lanet_jax.models.resnet import Classifier, apply
from lanet_jax.ops.losses import cross_entropy, soft_cross_entropy
from lanet_jax.typing import Batch, Key, PyTree


@dataclasses.dataclass(frozen=True)
class CE:
    """Cross-entropy with the observed labels, or with the annotators' votes where a batch has them.

    Attributes:
      expression: the network.
    """

    expression: Classifier
    inference = ("expression",)

    def init(self, key: Key, example: Example) -> tuple[PyTree, PyTree]:
        """See `Method.init`."""
        params, stats = start(self.expression, key, example)
        return {"expression": params}, {"expression": stats}

    def loss(
        self, params: PyTree, model_state: PyTree, batch: Batch, key: Key
    ) -> tuple[Float[Array, ""], tuple[PyTree, dict[str, Float[Array, ""]]]]:
        """See `Method.loss`."""
        del key
        with jax.named_scope("backbone"):
            (logits, _, _), stats = apply(
                self.expression,
                params["expression"],
                model_state["expression"],
                batch["image"],
                True,
            )
        if "votes" in batch:
            loss = soft_cross_entropy(logits, batch["votes"])
        else:
            loss = cross_entropy(logits, batch["label"])
        accuracy = jnp.mean(jnp.argmax(logits, axis=1) == batch["label"])
        return loss, ({"expression": stats}, {"ce": loss, "accuracy": accuracy})

    def predict(
        self, params: PyTree, model_state: PyTree, images: Float[Array, "B H W 3"]
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"]]:
        """See `Method.predict`."""
        return predict(self.expression, params["expression"], model_state["expression"], images)

    def specs(self) -> PyTree:
        """See `Method.specs`."""
        return {"expression": P()}

    def targets(self, model_state: PyTree) -> None:
        """See `Method.targets`; CE estimates none."""
        del model_state
