"""Compares a method's loss and gradients on the device with the CPU's."""

from pathlib import Path
from typing import Any

from benchmarks import accelerator
from benchmarks.shape import Shape


def measure(folder: Path, name: str, shape: dict[str, Any] | None = None) -> dict[str, Any]:
    """Compares loss and gradients as `benchmarks.accelerator` does.

    Args:
      folder: folder of the answers.
      name: name of the method.
      shape: fields of a `Shape`; None for that benchmark's own.

    Returns:
      The losses, the distances of the gradients, and whether a second call repeats the first.
    """
    del folder
    from lanet_jax.devices import runtime

    runtime.start()
    found = accelerator.compare(name, Shape(**shape) if shape else accelerator.SHAPE)
    return {**found._asdict(), "goal": accelerator.GOAL}
