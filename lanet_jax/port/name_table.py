"""The table between torchvision's ResNet names and ours."""

from dataclasses import dataclass

from lanet_jax.models.resnet import BLOCKS


@dataclass(frozen=True)
class Row:
    """One tensor under both names.

    Attributes:
      source: torchvision's name.
      path: ours, "params/..." or "batch_stats/...".
      shape: torchvision's shape; a kernel is OIHW there and HWIO here.
    """

    source: str
    path: str
    shape: tuple[int, ...]

    @property
    def our_shape(self) -> tuple[int, ...]:
        """Shape of the tensor in our tree."""
        return tuple(self.shape[i] for i in (2, 3, 1, 0)) if len(self.shape) == 4 else self.shape


def _conv_rows(name: str, out: int, into: int, size: int) -> list[Row]:
    path = f"params/{name.replace('.', '/')}/kernel"
    return [Row(f"{name}.weight", path, (out, into, size, size))]


def _norm_rows(name: str, width: int) -> list[Row]:
    path = name.replace(".", "/")
    return [
        Row(f"{name}.weight", f"params/{path}/scale", (width,)),
        Row(f"{name}.bias", f"params/{path}/bias", (width,)),
        Row(f"{name}.running_mean", f"batch_stats/{path}/mean", (width,)),
        Row(f"{name}.running_var", f"batch_stats/{path}/var", (width,)),
    ]


def table(depth: int, width: int, stem: str) -> list[Row]:
    """Lists every tensor of a backbone under torchvision's name and ours.

    Args:
      depth: 18 or 50.
      width: channels of the first stage.
      stem: "imagenet" or "small".

    Returns:
      One row per tensor, without the classifier.
    """
    sizes, expansion = {18: ((3, 3), 1), 50: ((1, 3, 1), 4)}[depth]
    rows = _conv_rows("conv1", width, 3, {"imagenet": 7, "small": 3}[stem])
    rows += _norm_rows("bn1", width)
    into = width
    for stage, blocks in enumerate(BLOCKS[depth], start=1):
        inner = width * 2 ** (stage - 1)
        for i in range(blocks):
            block, out = f"layer{stage}.{i}", inner * expansion
            outs = [inner] * (len(sizes) - 1) + [out]
            for k, (size, before, after) in enumerate(
                zip(sizes, [into, *outs], outs, strict=False), start=1
            ):
                rows += _conv_rows(f"{block}.conv{k}", after, before, size)
                rows += _norm_rows(f"{block}.bn{k}", after)
            if into != out:
                rows += _conv_rows(f"{block}.downsample.0", out, into, 1)
                rows += _norm_rows(f"{block}.downsample.1", out)
            into = out
    return rows
