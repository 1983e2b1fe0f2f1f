"""What a method is: the only thing the state and the step know of it."""

from typing import NamedTuple, Protocol

from jaxtyping import Array, Float, Int

from lanet_jax.face_frame import FaceFrame
from lanet_jax.typing import Batch, Key, PyTree


class Example(NamedTuple):
    """What a method must know of the data to initialise itself.

    Attributes:
      images: one normalised batch, or anything of its shape.
      labels: given labels of all records, padded with -1 to a multiple of B.
      pretrained: parameters and running statistics of a backbone to start from, if any.
      frame: statistics of the face's frame, if landmarks are in it.
    """

    images: Float[Array, "B H W 3"]
    labels: Int[Array, " N"]
    pretrained: tuple[PyTree, PyTree] | None = None
    frame: FaceFrame | None = None


class Predicts(Protocol):
    """What is left of a way to train when it is done."""

    @property
    def inference(self) -> tuple[str, ...]:
        """Keys of `params` or `model_state` that `predict` reads; the rest only trains."""

    def init(self, key: Key, example: Example) -> tuple[PyTree, PyTree]:
        """Parameters, and everything else the method carries from step to step."""

    def predict(
        self, params: PyTree, model_state: PyTree, images: Float[Array, "B H W 3"]
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"]]:
        """Logits and features, by the running batch statistics."""


class Method(Predicts, Protocol):
    """A way to train; `params` and `model_state` are dicts whose keys the method chooses."""

    def loss(
        self, params: PyTree, model_state: PyTree, batch: Batch, key: Key
    ) -> tuple[Float[Array, ""], tuple[PyTree, dict[str, Float[Array, ""]]]]:
        """Loss of an augmented batch, and (the next model state, scalar metrics)."""

    def specs(self) -> PyTree:
        """How `model_state` lies on the mesh: a prefix tree of partition specs."""

    def targets(self, model_state: PyTree) -> Float[Array, "N C"] | None:
        """The label distribution of every record as the method believes it now, if it has one."""
