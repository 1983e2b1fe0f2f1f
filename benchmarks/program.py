"""Reads from the text of a compiled program what it launches and moves."""

from collections import Counter
from collections.abc import Iterator

from lanet_jax.profiling.hlo_text import Array, Instruction, instructions

# Instructions that move no bytes: they name existing data or parts of it.
_FREE = {"parameter", "constant", "tuple", "get-tuple-element", "bitcast", "after-all"}


class Program:
    """A compiled program.

    Args:
      text: its HLO.

    Attributes:
      instructions: all instructions, including those of fusions, in the text's order.
    """

    def __init__(self, text: str) -> None:
        self.instructions = list(instructions(text))
        self._arrays = {(i.computation, i.name): i.results for i in self.instructions}

    def operands(self, instruction: Instruction) -> list[Array]:
        """Arrays that an instruction reads."""
        names = instruction.operands
        return [a for name in names for a in self._arrays[instruction.computation, name]]

    def launched(self, computation: str = "") -> Iterator[Instruction]:
        """Instructions that the program launches; a fusion is one, a call those that it calls."""
        for instruction in self.instructions:
            if instruction.computation != computation or instruction.kind in _FREE:
                continue
            if instruction.kind == "call":
                yield from self.launched(instruction.callee)
            elif not instruction.kind.endswith("-done"):
                yield instruction

    def bytes_of(self, instruction: Instruction) -> int:
        """Bytes that an instruction reads and writes, counting each operand once in full."""
        return sum(array.bytes for array in (*self.operands(instruction), *instruction.results))

    def bytes(self) -> int:
        """Bytes that all launched instructions read and write."""
        return sum(map(self.bytes_of, self.launched()))

    def kinds(self) -> Counter[str]:
        """Number of instructions of each kind, including those of fusions."""
        return Counter(i.kind for i in self.instructions)

    def convolutions(self) -> Counter[str]:
        """Number of convolutions by the type of their result."""
        return Counter(
            i.results[0].type
            for i in self.instructions
            if i.kind == "convolution" or ("conv" in i.kind and "$" in i.kind)
        )
