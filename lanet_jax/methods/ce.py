"""CE: a plain backbone trained by cross-entropy, the baseline of every table."""

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.methods.classifier import OneClassifier
from lanet_jax.models.pure import apply
from lanet_jax.ops.losses import cross_entropy, soft_cross_entropy
from lanet_jax.typing import Batch, Key, PyTree


@dataclasses.dataclass(frozen=True)
class CE(OneClassifier):
    """Cross-entropy with the observed labels, or with annotator votes where a batch has them."""

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
