"""ResNet-18 and -50 in plain torch under torchvision's names, for the golden file only."""

import torch
from torch import nn

BLOCKS = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3)}


class Block(nn.Module):
    """A basic block (18) or a bottleneck with the stride on its 3x3 convolution (50)."""

    def __init__(self, depth: int, into: int, inner: int, stride: int) -> None:
        super().__init__()
        kernels = {18: (3, 3), 50: (1, 3, 1)}[depth]
        out = inner * {18: 1, 50: 4}[depth]
        strided = {18: 0, 50: 1}[depth]
        widths = [into, *[inner] * (len(kernels) - 1), out]
        self.count = len(kernels)
        for i, size in enumerate(kernels):
            conv = nn.Conv2d(
                widths[i],
                widths[i + 1],
                size,
                stride if i == strided else 1,
                padding=size // 2,
                bias=False,
            )
            setattr(self, f"conv{i + 1}", conv)
            setattr(self, f"bn{i + 1}", nn.BatchNorm2d(widths[i + 1]))
        self.downsample = None
        if stride != 1 or into != out:
            self.downsample = nn.Sequential(
                nn.Conv2d(into, out, 1, stride, bias=False), nn.BatchNorm2d(out)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map of the block."""
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            y = torch.relu(y) if i < self.count else y
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """The whole network with its classifier."""

    def __init__(self, depth: int, width: int, stem: str, classes: int) -> None:
        super().__init__()
        size = {"imagenet": 7, "small": 3}[stem]
        self.conv1 = nn.Conv2d(3, width, size, 2, padding=size // 2, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, padding=1) if stem == "imagenet" else nn.Identity()
        into = width
        for stage, blocks in enumerate(BLOCKS[depth], start=1):
            layer = nn.Sequential()
            for i in range(blocks):
                inner = width * 2 ** (stage - 1)
                layer.append(Block(depth, into, inner, 2 if stage > 1 and i == 0 else 1))
                into = inner * {18: 1, 50: 4}[depth]
            setattr(self, f"layer{stage}", layer)
        self.fc = nn.Linear(into, classes)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Logits and the maps of the four stages."""
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        maps = []
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
            maps.append(x)
        return self.fc(x.mean(dim=(2, 3))), maps


def random_network(depth: int, width: int, stem: str, classes: int, seed: int) -> ResNet:
    """A network with random weights and random running statistics, exact in float16.

    Args:
      depth: 18 or 50.
      width: channels of the first stage.
      stem: "imagenet" or "small".
      classes: C.
      seed: of torch's generator.

    Returns:
      The network, float32.
    """
    torch.manual_seed(seed)
    network = ResNet(depth, width, stem, classes)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_in")
            if isinstance(module, nn.BatchNorm2d):
                module.weight.uniform_(0.4, 1.1)
                module.bias.uniform_(-0.1, 0.8)
                module.running_mean.uniform_(-0.3, 0.3)
                module.running_var.uniform_(0.7, 2.0)
            if isinstance(module, Block):  # tame branches keep rounding from growing with depth
                getattr(module, f"bn{module.count}").weight.mul_(0.3)
        for tensor in network.state_dict().values():
            if tensor.is_floating_point():
                tensor.copy_(tensor.half().float())
    return network
