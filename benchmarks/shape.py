"""The sizes of the measured step; imports no JAX, for interpreters that have only PyTorch."""

import argparse
import dataclasses


@dataclasses.dataclass(frozen=True)
class Shape:
    """Sizes of a LA-Net step; classes, landmarks and records are RAF-DB's.

    Attributes:
      size: side of the images in pixels, stored and seen by the network.
      batch: batch size, B.
      width: channels of the first stage.
      stem: stem of a ResNet-18, imagenet or small.
      family: resnet for two ResNet-18, face29 for two trunks of dlib's face network.
      frozen: number of frozen stages, which both trunks share.
      precision: type in which the networks compute, float32 or bfloat16.
      queue: entries of the queue, Q.
      classes: number of classes, C.
      landmarks: number of landmarks, L.
      records: number of records, N.
      steps: steps per timed turn; on a GPU several, as their launches overlap.
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
        """Command line options from which `shape` makes these sizes again."""
        return [f"--{name}={getattr(self, name)}" for name in OPTIONS]


OPTIONS = ("size", "batch", "width", "stem", "family", "frozen", "precision", "queue", "steps")
QUICK = {"size": 32, "batch": 16, "width": 4, "stem": "small", "queue": 64}
CHOICES = {
    "stem": ("imagenet", "small"),
    "family": ("resnet", "face29"),
    "precision": ("float32", "bfloat16"),
}


def parser(module: str, description: str) -> argparse.ArgumentParser:
    """Makes a parser with an option for each size of a step.

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
