"""ResNet-18 and -50 with torchvision's parameter names, so that porting needs only a table."""

from typing import Any

import flax.linen as nn
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.models.max_pool import max_pool
from lanet_jax.models.normalization import BatchNorm
from lanet_jax.models.stages import conv, run_stages

BLOCKS = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3)}


class Downsample(nn.Module):
    """The projection of a shortcut: 1x1 convolution ("0") and its normalisation ("1")."""

    features: int
    stride: int
    dtype: Any

    @nn.compact
    def __call__(self, x: Float[Array, "B H W _"], train: bool) -> Float[Array, "B h w _"]:
        x = conv(self.features, 1, self.stride, self.dtype, "0")(x)
        return BatchNorm(self.dtype, name="1")(x, train)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut (ResNet-18)."""

    width: int
    stride: int
    dtype: Any
    expansion = 1

    @nn.compact
    def __call__(self, x: Float[Array, "B H W _"], train: bool) -> Float[Array, "B h w _"]:
        y = conv(self.width, 3, self.stride, self.dtype, "conv1")(x)
        y = nn.relu(BatchNorm(self.dtype, name="bn1")(y, train))
        y = conv(self.width, 3, 1, self.dtype, "conv2")(y)
        y = BatchNorm(self.dtype, name="bn2")(y, train)
        if x.shape != y.shape:
            x = Downsample(self.width, self.stride, self.dtype, name="downsample")(x, train)
        return nn.relu(x + y)


class Bottleneck(nn.Module):
    """1x1, 3x3 (strided, as in torchvision) and 1x1 convolutions, and a shortcut (ResNet-50)."""

    width: int
    stride: int
    dtype: Any
    expansion = 4

    @nn.compact
    def __call__(self, x: Float[Array, "B H W _"], train: bool) -> Float[Array, "B h w _"]:
        features = self.width * self.expansion
        y = conv(self.width, 1, 1, self.dtype, "conv1")(x)
        y = nn.relu(BatchNorm(self.dtype, name="bn1")(y, train))
        y = conv(self.width, 3, self.stride, self.dtype, "conv2")(y)
        y = nn.relu(BatchNorm(self.dtype, name="bn2")(y, train))
        y = conv(features, 1, 1, self.dtype, "conv3")(y)
        y = BatchNorm(self.dtype, name="bn3")(y, train)
        if x.shape != y.shape:
            x = Downsample(features, self.stride, self.dtype, name="downsample")(x, train)
        return nn.relu(x + y)


_BLOCK: dict[int, type[BasicBlock] | type[Bottleneck]] = {18: BasicBlock, 50: Bottleneck}


class ResNet(nn.Module):
    """The stages of a ResNet, without pooling and classifier.

    Attributes:
      depth: 18 or 50.
      width: channels of the first stage; 64 is the published network.
      stem: "imagenet" (7x7 stride 2 and max-pool) or "small" (3x3 stride 2, for inputs of 48 px).
      first_stage: 1 for the whole network; k > 1 takes the map of stage k - 1 and starts there.
      dtype: type of the computation; parameters stay float32.
      last_stage: the stage where it ends; 0 for the last one.
    """

    depth: int = 18
    width: int = 64
    stem: str = "imagenet"
    first_stage: int = 1
    dtype: Any = jnp.float32
    last_stage: int = 0

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
            size = {"imagenet": 7, "small": 3}[self.stem]
            x = conv(self.width, size, 2, self.dtype, "conv1")(x)
            x = nn.relu(BatchNorm(self.dtype, name="bn1")(x, train))
            if self.stem == "imagenet":
                x = max_pool(x, padding=1)
        numbers = range(self.first_stage, (self.last_stage or self.stages) + 1)
        block, blocks = _BLOCK[self.depth], BLOCKS[self.depth]
        return run_stages(x, train, numbers, block, blocks, self._block_width, self.dtype)

    @property
    def stages(self) -> int:
        """The number of stages of the whole network."""
        return len(BLOCKS[self.depth])

    @property
    def left_out(self) -> tuple[str, ...]:
        """Parts of its weight files that it does not use: none."""
        return ()

    def stage_width(self, stage: int) -> int:
        """The number of channels of a stage's map; stages count from 1."""
        return self._block_width(stage) * _BLOCK[self.depth].expansion

    def _block_width(self, stage: int) -> int:
        return self.width * 2 ** (stage - 1)
