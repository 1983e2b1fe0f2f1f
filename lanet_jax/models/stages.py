"""What the backbones are built of: convolutions without bias, in stages of one resolution."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import flax.linen as nn
from jaxtyping import Array, Float


def conv(
    features: int, size: int, stride: int, dtype: Any, name: str, padding: Any = None
) -> nn.Conv:
    """A square convolution; its normalisation has the bias.

    Args:
      features: channels of the result.
      size: side of the window, in places.
      stride: step between windows, in both directions.
      dtype: type of the computation.
      name: name of its parameters.
      padding: as of `nn.Conv`; None for half the window on each side.

    Returns:
      The module, to be called with a map.
    """
    return nn.Conv(
        features,
        (size, size),
        (stride, stride),
        padding=[(size // 2, size // 2)] * 2 if padding is None else padding,
        use_bias=False,
        dtype=dtype,
        kernel_init=nn.initializers.variance_scaling(2.0, "fan_out", "normal"),
        name=name,
    )


class Stage(nn.Module):
    """One stage of a backbone: blocks "0", "1", ... at one resolution.

    Attributes:
      block: makes a block from its width, its stride, the type and its name.
      blocks: number of blocks.
      width: what the blocks call their width.
      stride: stride of the first block; the others have 1.
      dtype: type of the computation.
    """

    block: Callable[..., nn.Module]
    blocks: int
    width: int
    stride: int
    dtype: Any

    @nn.compact
    def __call__(self, x: Float[Array, "B H W _"], train: bool) -> Float[Array, "B h w _"]:
        for i in range(self.blocks):
            stride = self.stride if i == 0 else 1
            x = self.block(self.width, stride, self.dtype, name=str(i))(x, train)
        return x


def run_stages(
    x: Float[Array, "B H W _"],
    train: bool,
    numbers: Iterable[int],
    block: Callable[..., nn.Module],
    blocks: Sequence[int],
    width: Callable[[int], int],
    dtype: Any,
) -> list[Float[Array, "B _ _ _"]]:
    """Runs stages "layer1", "layer2", ... within a module's compact call; all but the first halve.

    Args:
      x: map before the first of them.
      train: see `normalization.BatchNorm`.
      numbers: stages to run, in order; stages count from 1.
      block: see `Stage`.
      blocks: number of blocks of each stage of the whole network.
      width: from a stage's number to its blocks' width.
      dtype: type of the computation.

    Returns:
      Each stage's map.
    """
    maps = []
    for number in numbers:
        stride = 1 if number == 1 else 2
        name = f"layer{number}"
        x = Stage(block, blocks[number - 1], width(number), stride, dtype, name=name)(x, train)
        maps.append(x)
    return maps
