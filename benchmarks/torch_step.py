"""The worker of `benchmarks.step` that takes the same layers' step in plain PyTorch.

Both trunks with their heads, forward and backward, the key networks' forward pass in train mode,
the frozen stages once, Adam; channels last; on a GPU where there is one. No LDE, no EL, no momentum
update, no augmentation: it does less than our step.
"""

import torch
from torch.nn import functional

from benchmarks import shape as shape_lib
from benchmarks import torch_networks, worker


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
    shared, _ = torch_networks.make(shape, 1)
    shared = shared.to(**layout).eval()
    queries, keys = (
        [
            torch_networks.make(shape, outputs)[1].to(**layout).train()
            for outputs in (shape.classes, 2 * shape.landmarks)
        ]
        for _ in range(2)
    )
    if arguments.compile:
        shared = torch.compile(shared)
        queries, keys = ([torch.compile(n) for n in networks] for networks in (queries, keys))
    optimizer = torch.optim.Adam([p for network in queries for p in network.parameters()])
    images = torch.randn(shape.batch, 3, shape.size, shape.size)
    images = images.to(**layout)
    labels = torch.randint(shape.classes, (shape.batch,), device=device)
    points = torch.rand(shape.batch, 2 * shape.landmarks, device=device)
    bfloat16 = torch.autocast(device, torch.bfloat16, enabled=shape.precision == "bfloat16")

    def step() -> torch.Tensor:
        optimizer.zero_grad(set_to_none=True)
        with torch.no_grad(), bfloat16:
            below = shared(images)
        with bfloat16:
            logits, found = (network(below) for network in queries)
        loss = functional.cross_entropy(logits.float(), labels)
        loss = loss + functional.mse_loss(found.float(), points)
        loss.backward()
        with torch.no_grad(), bfloat16:
            for network in keys:
                network(below)
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
