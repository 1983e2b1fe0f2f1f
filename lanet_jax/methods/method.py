"""The protocol of a method, through which state and step use it."""

from typing import NamedTuple, Protocol

from jaxtyping import Array, Float, Int

from lanet_jax.landmarks.face_frame import FaceFrame
from lanet_jax.typing import Batch, Key, PyTree


class Example(NamedTuple):
    """What a method is initialised with.

    Attributes:
      images: one normalised batch, or anything of its shape.
      labels: observed labels of all records, padded with -1 to a multiple of B.
      pretrained: parameters and running statistics of a backbone to start from, if any.
      frame: statistics of the face's frame; None for landmarks in the image.
    """

    images: Float[Array, "B H W 3"]
    labels: Int[Array, " N"]
    pretrained: tuple[PyTree, PyTree] | None = None
    frame: FaceFrame | None = None


class Predicts(Protocol):
    """The part of a method that inference uses."""

    @property
    def inference(self) -> tuple[str, ...]:
        """Keys of `params` and `model_state` that `predict` reads; only training needs the rest."""

    def init(self, key: Key, example: Example) -> tuple[PyTree, PyTree]:
        """Initialises the networks.

        Args:
          key: random key of the parameters.
          example: shapes, labels and pretrained weights to begin with.

        Returns:
          Parameters, and the model state that the method carries from step to step.
        """

    def predict(
        self, params: PyTree, model_state: PyTree, images: Float[Array, "B H W 3"]
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"]]:
        """Predicts images by the running batch statistics.

        Args:
          params: parameters; the keys of `inference` are enough.
          model_state: model state; the keys of `inference` are enough.
          images: normalised images at the network's input size.

        Returns:
          Logits and features.
        """


class Method(Predicts, Protocol):
    """A way to train; `params` and `model_state` are dicts whose keys the method chooses."""

    def loss(
        self, params: PyTree, model_state: PyTree, batch: Batch, key: Key
    ) -> tuple[Float[Array, ""], tuple[PyTree, dict[str, Float[Array, ""]]]]:
        """The loss of a batch.

        Args:
          params: parameters, by which the loss is differentiated.
          model_state: model state before the step.
          batch: augmented and normalised batch.
          key: random key of this step.

        Returns:
          The loss, and (the next model state, scalar metrics by name). `loss` and
          `gradient_norm` are logged beside them. A metric has none of the names in
          `run.metrics_log.RESERVED`: step, epoch, split, labels.
        """

    def specs(self) -> PyTree:
        """How `model_state` is sharded over the mesh: a prefix tree of partition specs."""

    def targets(self, model_state: PyTree) -> Float[Array, "N C"] | None:
        """The current label distribution of every record.

        Args:
          model_state: state that the method carries from step to step.

        Returns:
          The distributions, in the order of the records; None if the method estimates none.
        """
