"""The measured backbones in plain PyTorch."""

import torch
from torch import nn
from torch.nn import functional

from benchmarks.shape import Shape

FACE_BLOCKS = (3, 4, 3, 3)


class Block(nn.Module):
    """ResNet's basic block: two 3x3 convolutions and a shortcut."""

    def __init__(self, into: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(into, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.shortcut = nn.Identity() if into == out else self.resized(into, out, stride)

    def resized(self, into: int, out: int, stride: int) -> nn.Sequential:
        """The shortcut to a map of another size."""
        projection = nn.Conv2d(into, out, 1, stride, bias=False)
        return nn.Sequential(projection, nn.BatchNorm2d(out))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """[B, D, H, W] to [B, D', h, w]."""
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return functional.relu(self.bn2(self.conv2(y)) + self.shortcut(x), inplace=True)


class FaceBlock(Block):
    """The basic block with dlib's shortcut: an average-pool and channels of zeros."""

    def resized(self, into: int, out: int, stride: int) -> nn.Sequential:
        """The shortcut to a map of another size."""
        pool = nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False)
        return nn.Sequential(pool, nn.ConstantPad3d((0, 0, 0, 0, 0, out - into), 0.0))


def make(shape: Shape, outputs: int) -> tuple[nn.Sequential, nn.Sequential]:
    """Makes a backbone with one fully connected layer on top, cut after its frozen stages.

    Args:
      shape: shape of the step.
      outputs: number of outputs of the last layer.

    Returns:
      The stem with the frozen stages, empty if none is frozen, and the rest.
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
    layers = [_stem(shape), *stages, top]
    cut = shape.frozen + 1 if shape.frozen else 0
    return nn.Sequential(*layers[:cut]), nn.Sequential(*layers[cut:])


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
