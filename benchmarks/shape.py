"""How large the measured step is; without JAX, for an interpreter that has PyTorch alone."""

import argparse
import dataclasses


@dataclasses.dataclass(frozen=True)
class Shape:
    """Sizes of a LA-Net step; classes, landmarks and records are RAF-DB's.

    Attributes:
      size: side of the images in pixels, stored and seen by the network.
      batch: batch size, B.
      width: channels of the first stage.
      stem: imagenet or small, of a ResNet-18.
      family: resnet, two ResNet-18, or face29, dlib's face network with two trunks.
      frozen: stages that both trunks share and that are not trained.
      precision: type of the networks' computation, float32 or bfloat16.
      queue: entries of the queue, Q.
      classes: number of classes, C.
      landmarks: number of landmarks, L.
      records: number of records, N.
      steps: taken one after the other for each time; on a GPU several, whose launches overlap.
    """

    size: int = 112
    batch: int = 128
    width: int = 64
    stem: str = "imagenet"
    family: str = "resnet"
    frozen: int = 0
    precision: str = "float32"
    queue: int = 8192
    classes: int = 7
    landmarks: int = 68
    records: int = 12_271
    steps: int = 1

    def flags(self) -> list[str]:
        """The command line options that `shape` reads back."""
        return [f"--{name}={getattr(self, name)}" for name in OPTIONS]


OPTIONS = ("size", "batch", "width", "stem", "family", "frozen", "precision", "queue", "steps")
QUICK = {"size": 32, "batch": 16, "width": 4, "stem": "small", "queue": 64}
CHOICES = {
    "stem": ("imagenet", "small"),
    "family": ("resnet", "face29"),
    "precision": ("float32", "bfloat16"),
}


def parser(module: str, description: str) -> argparse.ArgumentParser:
    """A command line with the sizes of a step.

    Args:
      module: name of the benchmark.
      description: description of the command.

    Returns:
      The parser.
    """
    options = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{module}", description=description
    )
    for name in OPTIONS:
        default = getattr(Shape, name)
        options.add_argument(
            f"--{name}",
            type=type(default),
            choices=CHOICES.get(name),
            help=f"default {default}, with --quick {QUICK.get(name, default)}",
        )
    options.add_argument("--quick", action="store_true", help="tiny; shows only that it runs")
    return options


def shape(arguments: argparse.Namespace) -> Shape:
    """The sizes that a command line asks for."""
    given = {name: getattr(arguments, name) for name in OPTIONS}
    given = {name: value for name, value in given.items() if value is not None}
    return Shape(**{**(QUICK if arguments.quick else {}), **given})
