"""dlib's face ResNet-29 as a backbone: no padding in the stem, no weights in the shortcuts."""

import functools
from typing import Any

import flax.linen as nn
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.models.max_pool import max_pool
from lanet_jax.models.normalization import BatchNorm
from lanet_jax.models.stages import conv, run_stages

STAGES = {13: (3, 4, 3, 3), 14: (3, 4, 3, 3, 1)}
# The colours that dlib subtracts and divides by, RGB in [0, 1].
MEAN, STD = (122.782 / 255, 117.001 / 255, 104.298 / 255), (256 / 255,) * 3
LEAST_SIZE = 11  # px; of smaller images the stem leaves nothing
_WIDENED = 4  # the last stage that doubles the channels


def average_pool(x: Float[Array, "B H W D"], truncate: bool) -> Float[Array, "B h w D"]:
    """2x2 average-pool with stride 2.

    Args:
      x: map of a stage, channels last.
      truncate: drop an odd last row or column; otherwise average the part of the window inside.

    Returns:
      The map at half the size, rounded down or up.
    """
    for axis in (1, 2):
        side = x.shape[axis]
        if side % 2 and truncate:
            x, side = jnp.take(x, jnp.arange(side - 1), axis=axis), side - 1
        elif side % 2:  # repeating the last row averages it with itself
            x = jnp.concatenate([x, jnp.take(x, jnp.array([side - 1]), axis=axis)], axis=axis)
        shape = (*x.shape[:axis], -1, 2, *x.shape[axis + 1 :])
        x = jnp.mean(x.reshape(shape), axis=axis + 1)
    return x


class FaceBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut without weights, with stride 1 or 2.

    With stride 2 the shortcut is an average-pool, and its additional channels are zero.

    Attributes:
      width: channels of the result.
      stride: stride of the first convolution.
      dtype: type of the computation.
      truncate: round sizes down, as dlib does; otherwise up, sampling the same places.
    """

    width: int
    stride: int
    dtype: Any
    truncate: bool = False

    @nn.compact
    def __call__(self, x: Float[Array, "B H W _"], train: bool) -> Float[Array, "B h w _"]:
        padding: Any = None
        if self.stride == 2:
            more = (0, 0) if self.truncate else tuple(1 + side % 2 for side in x.shape[1:3])
            padding = tuple((0, after) for after in more)
        y = conv(self.width, 3, self.stride, self.dtype, "conv1", padding)(x)
        y = nn.relu(BatchNorm(self.dtype, name="bn1")(y, train))
        y = conv(self.width, 3, 1, self.dtype, "conv2")(y)
        y = BatchNorm(self.dtype, name="bn2")(y, train)
        if self.stride == 2:
            x = average_pool(x, self.truncate)
        return nn.relu(_padded_sum(x, y))


def _padded_sum(x: Float[Array, "B _ _ _"], y: Float[Array, "B _ _ _"]) -> Float[Array, "B H W D"]:
    """The sum of two maps, each zero-padded at the bottom, the right and behind its channels."""
    sides = [max(pair) for pair in zip(x.shape, y.shape, strict=True)]
    x, y = (
        jnp.pad(z, [(0, side - own) for side, own in zip(sides, z.shape, strict=True)])
        for z in (x, y)
    )
    return x + y


class Face29(nn.Module):
    """The stages of dlib's face network, without pooling and embedding.

    Source: King, "dlib-models", dlib_face_recognition_resnet_model_v1; its affine layers are batch
    normalisations here, which take the biases of the convolutions too.

    Attributes:
      width: channels of the first stage; 32 is the published network.
      blocks: 14, the published network, or 13, without the fifth stage and its halving.
      first_stage: 1 for the whole network; k > 1 takes the map of stage k - 1 and starts there.
      last_stage: the stage where it ends; 0 for the last one.
      truncate: round sizes down as dlib does, for exact comparison; below 104 px nothing is left
        of the last map.
      dtype: type of the computation; parameters stay float32.
    """

    width: int = 32
    blocks: int = 13
    first_stage: int = 1
    last_stage: int = 0
    truncate: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: Float[Array, "B H W _"], train: bool) -> list[Float[Array, "B _ _ _"]]:
        """Maps of the stages `first_stage` .. `last_stage`, the last one last.

        Args:
          x: normalised images, or the map of the stage before `first_stage`.
          train: normalise by the statistics of the batch and update the running ones.

        Returns:
          One map per stage.
        """
        x = x.astype(self.dtype)
        if self.first_stage == 1:
            x = conv(self.width, 7, 2, self.dtype, "conv1", "VALID")(x)
            x = nn.relu(BatchNorm(self.dtype, name="bn1")(x, train))
            x = max_pool(x, padding=0)
        block = functools.partial(FaceBlock, truncate=self.truncate)
        numbers = range(self.first_stage, (self.last_stage or self.stages) + 1)
        blocks = STAGES[self.blocks]
        return run_stages(x, train, numbers, block, blocks, self.stage_width, self.dtype)

    @property
    def stages(self) -> int:
        """The number of stages of the whole network."""
        return len(STAGES[self.blocks])

    @property
    def left_out(self) -> tuple[str, ...]:
        """Parts of its weight files that it does not use: the embedding, and the fifth stage."""
        return ("fc",) if self.blocks == max(STAGES) else ("layer5", "fc")

    def stage_width(self, stage: int) -> int:
        """The number of channels of a stage's map; stages count from 1."""
        return self.width * 2 ** (min(stage, _WIDENED) - 1)
