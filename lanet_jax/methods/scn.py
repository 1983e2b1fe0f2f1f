"""SCN: weights images by their importance, and changes doubtful labels during training.

Source: Wang et al., "Suppressing Uncertainties for Large-Scale Facial Expression Recognition",
CVPR 2020; docs/choices.md.
"""

import dataclasses

import jax
import jax.numpy as jnp
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float, Int

from lanet_jax.methods.classifier import OneClassifier
from lanet_jax.methods.method import Example
from lanet_jax.models.pure import apply
from lanet_jax.ops.copies import mean_of_copies
from lanet_jax.ops.losses import cross_entropy
from lanet_jax.typing import Batch, Key, PyTree


@dataclasses.dataclass(frozen=True)
class SCN(OneClassifier):
    """Cross-entropy with labels that change, and a rank regularisation of the importance.

    Attributes:
      margin: by which the mean importance of the important images should exceed that of the rest.
      top_share: share of a batch that counts as important.
      relabel_margin: by which another class must be more probable than the label to replace it.
      relabel_epoch: the first epoch, counted from 1, whose predictions change labels.
    """

    margin: float = 0.15
    top_share: float = 0.7
    relabel_margin: float = 0.2
    relabel_epoch: int = 10

    def init(self, key: Key, example: Example) -> tuple[PyTree, PyTree]:
        """See `Method.init`; `labels` are current, `next_labels` take over at the next epoch."""
        params, stats = super().init(key, example)
        labels = jnp.asarray(example.labels)
        # As `from_config.run` counts them: full batches of records, without the padding.
        epoch_steps = jnp.sum(labels >= 0, dtype=jnp.int32) // len(example.images)
        return params, {
            **stats,
            "labels": labels,
            "next_labels": jnp.array(labels),
            "step": jnp.zeros((), jnp.int32),
            "epoch_steps": jnp.maximum(epoch_steps, 1),
        }

    def loss(
        self, params: PyTree, model_state: PyTree, batch: Batch, key: Key
    ) -> tuple[Float[Array, ""], tuple[PyTree, dict[str, Float[Array, ""]]]]:
        """See `Method.loss`."""
        del key
        with jax.named_scope("backbone"):
            (logits, _, importance), stats = apply(
                self.expression,
                params["expression"],
                model_state["expression"],
                batch["image"],
                True,
            )
        epoch, step = jnp.divmod(model_state["step"], model_state["epoch_steps"])
        coming, ids = model_state["next_labels"], batch["id"]
        labels = jnp.where(step == 0, coming, model_state["labels"])
        current = jnp.take(labels, ids)
        ce = cross_entropy(logits, current)
        rank = rank_regularization(importance, self.top_share, self.margin)
        changed = relabel(logits, ids, current, jnp.take(coming, ids), self.relabel_margin)
        state = {
            "expression": stats,
            "labels": labels,
            "next_labels": jnp.where(
                epoch + 1 >= self.relabel_epoch, coming.at[ids].set(changed), coming
            ),
            "step": model_state["step"] + 1,
            "epoch_steps": model_state["epoch_steps"],
        }
        metrics = {
            "ce": ce,
            "rank": rank,
            "relabelled": jnp.mean(current != batch["label"]),
            "accuracy": jnp.mean(jnp.argmax(logits, axis=1) == batch["label"]),
        }
        return ce + rank, (state, metrics)

    def specs(self) -> PyTree:
        """See `Method.specs`: labels are sharded like the records."""
        labels = {"labels": P("data"), "next_labels": P("data")}
        return {**super().specs(), **labels, "step": P(), "epoch_steps": P()}


def rank_regularization(
    importance: Float[Array, " B"], top_share: float, margin: float
) -> Float[Array, ""]:
    """max(0, margin - (mean importance of the most important images - mean of the rest)).

    Args:
      importance: importance of each image, a, in (0, 1).
      top_share: share of the batch that counts as most important, rounded down to whole images.
      margin: difference wanted between the means.

    Returns:
      The loss.
    """
    count = len(importance)
    rest, top = jnp.split(jnp.sort(importance), [count - int(top_share * count)])
    return jnp.maximum(margin - (jnp.mean(top) - jnp.mean(rest)), 0.0)


def relabel(
    logits: Float[Array, "B C"],
    ids: Int[Array, " B"],
    current: Int[Array, " B"],
    coming: Int[Array, " B"],
    margin: float,
) -> Int[Array, " B"]:
    """Relabels a record with its most probable class if that exceeds its label by the margin.

    Args:
      logits: logits of this step's batch.
      ids: record of each sample; copies are judged together, by their mean probabilities.
      current: labels of this epoch.
      coming: labels of the next epoch so far, kept where no class exceeds the margin.
      margin: least difference of the probabilities.

    Returns:
      Labels of the next epoch, equal for copies.
    """
    p = mean_of_copies(ids, jax.nn.softmax(logits))
    held = jnp.take_along_axis(p, current[:, None], axis=1)[:, 0]
    return jnp.where(jnp.max(p, axis=1) - held > margin, jnp.argmax(p, axis=1), coming)
