"""What a compiled program moves and runs, read from its text."""

from collections import Counter
from collections.abc import Iterator

from lanet_jax.profiling.hlo_text import Array, Instruction, instructions

# What moves no bytes: names for parts of what is there, and the ends of what was started.
_FREE = {"parameter", "constant", "tuple", "get-tuple-element", "bitcast", "after-all"}


class Program:
    """A compiled program.

    Args:
      text: its HLO.

    Attributes:
      instructions: all of them, those of fusions too, in the text's order.
    """

    def __init__(self, text: str) -> None:
        self.instructions = list(instructions(text))
        self._arrays = {(i.computation, i.name): i.results for i in self.instructions}

    def operands(self, instruction: Instruction) -> list[Array]:
        """The arrays that an instruction reads."""
        names = instruction.operands
        return [a for name in names for a in self._arrays[instruction.computation, name]]

    def launched(self, computation: str = "") -> Iterator[Instruction]:
        """What the program has run one after the other: a fusion is one, a call what it calls."""
        for instruction in self.instructions:
            if instruction.computation != computation or instruction.kind in _FREE:
                continue
            if instruction.kind == "call":
                yield from self.launched(instruction.callee)
            elif not instruction.kind.endswith("-done"):
                yield instruction

    def bytes_of(self, instruction: Instruction) -> int:
        """Bytes that an instruction reads and writes, each operand once and in whole."""
        return sum(array.bytes for array in (*self.operands(instruction), *instruction.results))

    def bytes(self) -> int:
        """Bytes that all of them read and write."""
        return sum(map(self.bytes_of, self.launched()))

    def kinds(self) -> Counter[str]:
        """How many instructions of each kind there are, those of fusions too."""
        return Counter(i.kind for i in self.instructions)

    def convolutions(self) -> Counter[str]:
        """How many convolutions there are, by the type of their result."""
        return Counter(
            i.results[0].type
            for i in self.instructions
            if i.kind == "convolution" or ("conv" in i.kind and "$" in i.kind)
        )
