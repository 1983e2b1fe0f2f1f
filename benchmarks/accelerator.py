"""Compares loss and gradients of every method on an accelerator with those on the CPU.

  python -m benchmarks.accelerator

Each method runs on one random batch, on the accelerator once with exact float32 products and once
with its default ones (TF32 on recent GPUs); gradients are compared by |a - b| / |b| over all
parameters. The last column says whether a second call repeats the first bit for bit. Exits 1 if
exact products differ by more than rounding.
"""

import argparse
import sys
from typing import NamedTuple

import jax
import numpy as np

from benchmarks import report
from benchmarks import shape as shape_lib
from benchmarks.shape import Shape
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.devices import runtime
from lanet_jax.typing import PyTree

METHODS = ("ce", "scn", "rul", "eac", "lanet")
GOAL = 1e-3  # float32 sums in another order, through twenty normalised layers and back
SHAPE = Shape(size=48, batch=64, width=16, stem="small", queue=256, records=512)


def gradients_of(name: str, shape: Shape) -> dict[str, PyTree]:
    """Computes loss and gradients of a method on both devices.

    Args:
      name: name of the method.
      shape: shape of the step.

    Returns:
      The trees "cpu", "exact", "own" and "again", on the host.
    """
    from benchmarks.trainer import SCHEME, random_batch, settings
    from lanet_jax.from_config import training

    c = settings(shape, name)
    method = training.method(c, shape.classes, shape.landmarks)
    given = np.arange(shape.records, dtype=np.int32) % shape.classes
    example = training.example_of_shape(c, given)
    augment = training.augmentation(c, SCHEME.flip_index)
    cpu, accelerator = jax.devices("cpu")[0], jax.devices()[0]
    key = jax.random.key(0)
    with jax.default_device(cpu):
        params, model_state = method.init(key, example)
        batch = augment(key, random_batch(shape))
    loss = jax.value_and_grad(method.loss, has_aux=True)

    def call(precision: str | None, device: jax.Device) -> PyTree:
        with jax.default_matmul_precision(precision), jax.default_device(device):
            function = jax.jit(loss)
            arguments = jax.device_put((params, model_state, batch, key), device)
            (value, _), gradients = function(*arguments)
            return jax.device_get((value, gradients))

    return {
        "cpu": call("highest", cpu),
        "exact": call("highest", accelerator),
        "own": call(None, accelerator),
        "again": call(None, accelerator),
    }


def distance(found: PyTree, expected: PyTree) -> float:
    """|a - b| / |b| over all arrays of two trees."""
    pairs = list(zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True))
    difference = sum(float(np.sum((a - b) ** 2, dtype=np.float64)) for a, b in pairs)
    return (difference / sum(float(np.sum(b**2, dtype=np.float64)) for _, b in pairs)) ** 0.5


class Comparison(NamedTuple):
    """A method on the CPU and on the accelerator.

    Attributes:
      losses: losses by device and products: "cpu", "exact", "own".
      exact: distance of the accelerator's gradients with exact products from the CPU's.
      own: distance with the accelerator's default products.
      repeats: whether a second call gives the same bits.
    """

    losses: dict[str, float]
    exact: float
    own: float
    repeats: bool


def compare(name: str, shape: Shape) -> Comparison:
    """Compares a method on both devices.

    Args:
      name: name of the method.
      shape: shape of the step.

    Returns:
      The comparison.
    """
    found = gradients_of(name, shape)
    return Comparison(
        {key: float(found[key][0]) for key in ("cpu", "exact", "own")},
        *(distance(found[key][1], found["cpu"][1]) for key in ("exact", "own")),
        all(map(np.array_equal, *map(jax.tree.leaves, (found["own"], found["again"])))),
    )


@exit_on_user_error
def main() -> None:
    """Prints a row for each method."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accelerator", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--quick", action="store_true", help="tiny; shows only that it runs")
    arguments = parser.parse_args()
    runtime.start()
    shape = Shape(**{**shape_lib.QUICK, "records": 64}) if arguments.quick else SHAPE
    rows, worst = [], 0.0
    for name in METHODS:
        found = compare(name, shape)
        losses = [f"{loss:.6f}" for loss in found.losses.values()]
        distances = (f"{found.exact:.1e}", f"{found.own:.1e}")
        rows.append((name, *losses, *distances, "yes" if found.repeats else "no"))
        worst = max(worst, found.exact)
    header = ("method", "loss: CPU", "exact", "its own", "gradients: exact", "its own", "repeats")
    verdict = report.verdict(worst <= GOAL, quick=False)
    report.show(header, rows, [f"Goal: exact ones within {GOAL:g}: {verdict}.", f"{shape}."])
    sys.exit(worst > GOAL)


if __name__ == "__main__":
    main()
