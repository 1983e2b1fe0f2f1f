"""The shape legend of the whole code base, and the types that cross room borders.

B  global batch            N  training records (padded to a multiple of B in the bank)
C  classes                 K  neighbours in each space
D  feature width (Du expression, Dv landmark)
E  projection width        S  slots of a queue, so that Q = S * B is its number of entries
L  landmarks               H W  image, h w  feature map

Arrays are annotated with jaxtyping (`Float[Array, "B D"]`); shapes are checked at run time only in
the tests. A single dimension has a space in front (`Int[Array, " B"]`), or linters would take it
for an undefined name.
"""

from collections.abc import Callable
from typing import Any, NotRequired, TypedDict

from jax import Array
from jaxtyping import Bool, Float, Int, UInt8

PyTree = Any
Key = Array


class Batch(TypedDict):
    """A batch: from the input pipeline to a step and, with augmented images, to a method.

    Attributes:
      id: row of the record in this run's training table, 0 .. N-1.
      image: pixels as stored, RGB; normalised floats after augmentation.
      label: observed (possibly wrong) class.
      landmarks: x and y in [0, 1] of the image's width and height.
      present: whether a landmark is known.
      votes: shares of the annotator votes, for methods that learn them.
      mirrored: the second view of each image, for methods that need two.
    """

    id: Int[Array, " B"]
    image: UInt8[Array, "B H W 3"] | Float[Array, "B H W 3"]
    label: Int[Array, " B"]
    landmarks: Float[Array, "B L 2"]
    present: Bool[Array, "B L"]
    votes: NotRequired[Float[Array, "B C"]]
    mirrored: NotRequired[Float[Array, "B H W 3"]]


Augment = Callable[[Key, Batch], Batch]
