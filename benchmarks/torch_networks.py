"""The backbones that are measured, in plain PyTorch."""

import torch
from torch import nn
from torch.nn import functional

from benchmarks.shape import Shape

FACE_BLOCKS = (3, 4, 3, 3)


class Block(nn.Module):
    """ResNet's two 3x3 convolutions and a shortcut."""

    def __init__(self, into: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(into, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.shortcut = nn.Identity()
        if into != out:
            projection = nn.Conv2d(into, out, 1, stride, bias=False)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[B, D, H, W] to [B, D', h, w]."""
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return functional.relu(self.bn2(self.conv2(y)) + self.shortcut(x), inplace=True)


class FaceBlock(Block):
    """The same with dlib's shortcut: an average-pool and channels of zeros."""

    def __init__(self, into: int, out: int, stride: int) -> None:
        super().__init__(into, out, stride)
        more = (0, 0, 0, 0, 0, out - into)
        self.shortcut = nn.Identity()
        if stride == 2:
            pool = nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)
            self.shortcut = nn.Sequential(pool, nn.ConstantPad3d(more, 0.0))


def make(shape: Shape, outputs: int) -> tuple[nn.Sequential, nn.Sequential]:
    """A backbone with one fully connected layer on top, cut behind its frozen stages.

    Args:
      shape: shape of the step.
      outputs: number of outputs of the last layer.

    Returns:
      The frozen stages with the stem, or nothing where none is frozen, and the rest.
    """
    face = shape.family == "face29"
    counts, block = (FACE_BLOCKS, FaceBlock) if face else ((2, 2, 2, 2), Block)
    stages, into = [], shape.width
    for stage, count in enumerate(counts):
        out = shape.width * 2**stage
        strides = [1 if stage == 0 else 2] + [1] * (count - 1)
        blocks = [block(into if i == 0 else out, out, s) for i, s in enumerate(strides)]
        stages.append(nn.Sequential(*blocks))
        into = out
    top = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(into, outputs))
    if not shape.frozen:
        return nn.Sequential(), nn.Sequential(_stem(shape), *stages, top)
    below = nn.Sequential(_stem(shape), *stages[: shape.frozen])
    return below, nn.Sequential(*stages[shape.frozen :], top)


def _stem(shape: Shape) -> nn.Sequential:
    size, padding = {"imagenet": (7, 3), "small": (3, 1), "face29": (7, 0)}[_kind(shape)]
    layers: list[nn.Module] = [
        nn.Conv2d(3, shape.width, size, 2, padding, bias=False),
        nn.BatchNorm2d(shape.width),
        nn.ReLU(inplace=True),
    ]
    if size == 7:
        layers.append(nn.MaxPool2d(3, 2, 1 if padding else 0))
    return nn.Sequential(*layers)


def _kind(shape: Shape) -> str:
    return shape.stem if shape.family == "resnet" else shape.family
