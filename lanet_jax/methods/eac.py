"""EAC: an image and its mirror image, each with a part erased, must activate the same places.

Source: Zhang et al., "Learn From All: Erasing Attention Consistency for Noisy Label Facial
Expression Recognition", ECCV 2022; docs/choices.md.
"""

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.methods.classifier import OneClassifier
from lanet_jax.models.pure import apply
from lanet_jax.ops.losses import cross_entropy
from lanet_jax.typing import Batch, Key, PyTree


@dataclasses.dataclass(frozen=True)
class EAC(OneClassifier):
    """Cross-entropy of the first view, and consistency of attention with the mirrored second view.

    The augmentation puts the second view into the batch as `mirrored`.

    Attributes:
      weight: factor of the consistency beside the cross-entropy.
    """

    weight: float

    def loss(
        self, params: PyTree, model_state: PyTree, batch: Batch, key: Key
    ) -> tuple[Float[Array, ""], tuple[PyTree, dict[str, Float[Array, ""]]]]:
        """See `Method.loss`; each view has its own pass, and so its own batch statistics."""
        del key
        stats, outputs = model_state["expression"], []
        with jax.named_scope("backbone"):
            for view in ("image", "mirrored"):
                output, stats = apply(
                    self.expression, params["expression"], stats, batch[view], True
                )
                outputs.append(output)
        (logits, _, (*_, last)), (_, _, (*_, mirrored)) = outputs
        ce = cross_entropy(logits, batch["label"])
        consistency = attention_consistency(last, mirrored, params["expression"]["fc"]["kernel"])
        metrics = {
            "ce": ce,
            "consistency": consistency,
            "accuracy": jnp.mean(jnp.argmax(logits, axis=1) == batch["label"]),
        }
        return ce + self.weight * consistency, ({"expression": stats}, metrics)


def attention_consistency(
    last: Float[Array, "B h w D"], mirrored: Float[Array, "B h w D"], kernel: Float[Array, "D C"]
) -> Float[Array, ""]:
    """Mean square difference of the class activation maps of an image and its mirror image.

    Args:
      last: last feature map of the first view.
      mirrored: last feature map of the second view, which is mirrored back here.
      kernel: weights of the classifier; no gradient flows into them.

    Returns:
      The mean over the batch, all positions and all classes.
    """
    kernel = jax.lax.stop_gradient(kernel)
    here, there = (x.astype(jnp.float32) @ kernel for x in (last, mirrored[:, :, ::-1]))
    return jnp.mean((here - there) ** 2)
