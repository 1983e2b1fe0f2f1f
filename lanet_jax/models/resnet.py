"""ResNet-18 and -50 with torchvision's parameter names, so that porting needs only a table."""

from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from lanet_jax.models.linear import Linear
from lanet_jax.models.max_pool import max_pool
from lanet_jax.models.normalization import BatchNorm
from lanet_jax.models.stages import conv, run_stages
from lanet_jax.typing import Key

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


def global_average(x: Float[Array, "B h w D"]) -> Float[Array, "B D"]:
    """Averages a map over its positions, in float32."""
    return jnp.mean(x.astype(jnp.float32), axis=(1, 2))


class Classifier(nn.Module):
    """A backbone with its classifier `fc`, the network of CE, EAC and LA-Net at inference.

    Attributes:
      backbone: the backbone; its parameters lie beside `fc`, as torchvision names them.
      classes: number of classes, C.
    """

    backbone: nn.Module
    classes: int

    def setup(self) -> None:
        self.fc = Linear(self.classes)

    def __call__(
        self, images: Float[Array, "B H W _"], train: bool
    ) -> tuple[Float[Array, "B C"], Float[Array, "B D"], list[Float[Array, "B _ _ _"]]]:
        """Logits, features, and the maps of the stages."""
        maps = self.backbone(images, train)
        features = global_average(maps[-1])
        return self.fc(features), features, maps


def draw(network: nn.Module, key: Key, x: jax.Array) -> dict[str, Any]:
    """Draws a network's variables.

    Args:
      network: a module, called with (x, train).
      key: random key.
      x: input, images or a map.

    Returns:
      {"params", "batch_stats"}; the latter is empty for a network without running statistics.
    """
    return {"batch_stats": {}, **network.init(key, x, False)}


def unless_empty(name: str, tree: Any) -> dict[str, Any]:
    """A part of a tree; nothing if it is empty, as checkpoints keep no empty tree in another."""
    return {name: tree} if tree else {}


def apply(
    network: nn.Module,
    params: Any,
    stats: Any,
    x: jax.Array,
    train: bool,
    dropout: Key | None = None,
) -> tuple[Any, Any]:
    """Runs a network as a pure function.

    Args:
      network: a module of this package.
      params: the network's parameters, as nested dicts of arrays.
      stats: its running batch statistics.
      x: input, images or a map.
      train: whether to use the batch's statistics and update the running ones.
      dropout: random key for dropout in training; None for a network without dropout.

    Returns:
      The network's output, and its (updated) running statistics.
    """
    variables = {"params": params, "batch_stats": stats}
    if not train:
        return network.apply(variables, x, False), stats
    rngs = None if dropout is None else {"dropout": dropout}
    output, updated = network.apply(variables, x, True, rngs=rngs, mutable=["batch_stats"])
    return output, updated.get("batch_stats", {})
