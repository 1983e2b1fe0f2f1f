"""Counts the work of a compiled program."""

from collections.abc import Callable
from typing import NamedTuple

import jax

from benchmarks.program import Program


class Cost(NamedTuple):
    """The work of a compiled program.

    Attributes:
      operations: floating point operations.
      bytes: bytes read and written.
    """

    operations: float
    bytes: float

    def floor(self, peak: float, bandwidth: float) -> float:
        """The least time in seconds.

        Args:
          peak: peak rate of the card in operations a second.
          bandwidth: bandwidth of its memory in bytes a second.
        """
        return max(self.operations / peak, self.bytes / bandwidth)


def cost(
    compiled: jax.stages.Compiled, function: Callable[..., object], *arguments: object
) -> Cost:
    """Counts the work of a program.

    Args:
      compiled: the program, whose bytes are counted.
      function: the function that it computes. Its operations are counted before a backend replaces
        them by library calls, whose operations XLA does not know.
      *arguments: arguments of the function, or anything of their shapes.

    Returns:
      The cost.
    """
    shapes = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), arguments)
    with jax.default_device(jax.devices("cpu")[0]):
        counted = jax.jit(function).lower(*shapes).cost_analysis()
    return Cost(counted["flops"], Program(compiled.as_text()).bytes())
