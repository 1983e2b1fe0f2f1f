"""The worker of `benchmarks.step` that takes the same layers' step in plain PyTorch.

Both ResNet-18 trunks with their heads, forward and backward, the key networks' forward pass in
train mode, Adam; channels last; on a GPU where there is one. No LDE, no EL, no momentum update, no
augmentation: it does less than our step.
"""

import torch
from torch import nn
from torch.nn import functional

from benchmarks import shape as shape_lib
from benchmarks import worker


class Block(nn.Module):
    """Two 3x3 convolutions and a shortcut."""

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


def resnet18(width: int, stem: str, outputs: int) -> nn.Sequential:
    """ResNet-18 with one fully connected layer on top.

    Args:
      width: channels of the first stage.
      stem: imagenet or small.
      outputs: number of outputs of the last layer.

    Returns:
      The network.
    """
    size = {"imagenet": 7, "small": 3}[stem]
    layers: list[nn.Module] = [
        nn.Conv2d(3, width, size, 2, size // 2, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(inplace=True),
    ]
    if stem == "imagenet":
        layers.append(nn.MaxPool2d(3, 2, 1))
    into = width
    for stage in range(4):
        out = width * 2**stage
        layers += [Block(into, out, 1 if stage == 0 else 2), Block(out, out, 1)]
        into = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(into, outputs))


def main() -> None:
    """Serves steps until its input ends."""
    parser = shape_lib.parser("torch_step", __doc__.splitlines()[0])
    parser.add_argument("--compile", action="store_true", help="compile the networks")
    arguments = parser.parse_args()
    shape = shape_lib.shape(arguments)
    torch.manual_seed(0)
    torch.backends.cudnn.benchmark = True
    torch.set_float32_matmul_precision("high")  # TF32 where there is any, as XLA has it
    device = "cuda" if torch.cuda.is_available() else "cpu"
    layout = {"device": device, "memory_format": torch.channels_last}
    queries, keys = (
        [
            resnet18(shape.width, shape.stem, outputs).to(**layout).train()
            for outputs in (shape.classes, 2 * shape.landmarks)
        ]
        for _ in range(2)
    )
    if arguments.compile:
        queries, keys = ([torch.compile(n) for n in networks] for networks in (queries, keys))
    optimizer = torch.optim.Adam([p for network in queries for p in network.parameters()])
    images = torch.randn(shape.batch, 3, shape.size, shape.size)
    images = images.to(**layout)
    labels = torch.randint(shape.classes, (shape.batch,), device=device)
    points = torch.rand(shape.batch, 2 * shape.landmarks, device=device)
    bfloat16 = torch.autocast(device, torch.bfloat16, enabled=shape.precision == "bfloat16")

    def step() -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        with bfloat16:
            logits, found = (network(images) for network in queries)
        loss = functional.cross_entropy(logits.float(), labels)
        loss = loss + functional.mse_loss(found.float(), points)
        loss.backward()
        with torch.no_grad(), bfloat16:
            for network in keys:
                network(images)
        optimizer.step()
        return loss.detach()

    def turn() -> None:
        for _ in range(shape.steps):
            loss = step()
        loss.item()  # waits for the device

    name = f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"
    if device == "cuda":
        name = f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}"
    peak = torch.cuda.max_memory_allocated if device == "cuda" else lambda: None
    worker.serve(turn, warm_up=2, device_peak=peak, name=name)


if __name__ == "__main__":
    main()
