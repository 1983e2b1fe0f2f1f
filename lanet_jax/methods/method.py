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
        """Parameters, and the model state that the method carries from step to step."""

    def predict(
        self, params: PyTree, model_state: PyTree, images: Float[Array, "B H W 3"]
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"]]:
        """Logits and features of normalised images, by the running batch statistics."""


class Method(Predicts, Protocol):
    """A way to train; `params` and `model_state` are dicts whose keys the method chooses."""

    def loss(
        self, params: PyTree, model_state: PyTree, batch: Batch, key: Key
    ) -> tuple[Float[Array, ""], tuple[PyTree, dict[str, Float[Array, ""]]]]:
        """The loss of an augmented batch, and (the next model state, scalar metrics)."""

    def specs(self) -> PyTree:
        """How `model_state` is sharded over the mesh: a prefix tree of partition specs."""

    def targets(self, model_state: PyTree) -> Float[Array, "N C"] | None:
        """The current label distribution of every record; None if the method estimates none."""
