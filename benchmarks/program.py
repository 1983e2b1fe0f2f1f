"""What a compiled program consists of, read from its text, whatever backend compiled it."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

_COMPUTATION = re.compile(r"^(ENTRY )?%?([\w.-]+) (?:\(.*\) -> .* )?\{")
_DEFINITION = re.compile(r"^\s*(?:ROOT )?%?([\w.-]+) = (.*?) ([a-z][\w-]*)\((.*)$")
_ARRAY = re.compile(r"\b(pred|[a-z]+\d+\w*)\[([\d,]*)\]")
_NAME = re.compile(r"%([\w.-]+)")
_CALLEE = re.compile(r"\b(?:to_apply|calls|called_computations)=\{?%?([\w.-]+)")
_TARGET = re.compile(r'custom_call_target="([^"]*)"')
# What moves no bytes: names for parts of what is there, and the ends of what was started.
_FREE = {"parameter", "constant", "tuple", "get-tuple-element", "bitcast", "after-all"}


class Array(NamedTuple):
    """The type of an array in a program.

    Attributes:
      type: as XLA writes it, "bf16".
      shape: its dimensions.
    """

    type: str
    shape: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """Its size."""
        bits = 8 if self.type == "pred" else int(re.search(r"\d+", self.type)[0])
        return bits * math.prod(self.shape) // 8

    def __str__(self) -> str:
        return f"{self.type}[{','.join(map(str, self.shape))}]"


class Instruction(NamedTuple):
    """One instruction of a program.

    Attributes:
      computation: that it stands in; "" for the program's own.
      name: its own.
      kind: its opcode; of a custom call its target.
      results: its arrays.
      operands: names of what it reads.
      callee: the computation that it calls, if any.
      text: the rest of its line.
    """

    computation: str
    name: str
    kind: str
    results: tuple[Array, ...]
    operands: tuple[str, ...]
    callee: str
    text: str


class Program:
    """A compiled program.

    Args:
      text: its HLO.

    Attributes:
      instructions: all of them, those of fusions too, in the text's order.
    """

    def __init__(self, text: str) -> None:
        self.instructions = list(_instructions(text))
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


def arrays(text: str) -> tuple[Array, ...]:
    """The types of arrays in a text, such as "(f32[2,5], bf16[3])"."""
    return tuple(
        Array(type_, tuple(map(int, filter(None, dims.split(",")))))
        for type_, dims in _ARRAY.findall(text)
    )


def _instructions(text: str) -> Iterator[Instruction]:
    computation = ""
    for line in text.splitlines():
        if found := _COMPUTATION.match(line):
            computation = "" if found[1] else found[2]
        elif found := _DEFINITION.match(line):
            name, shape, kind, rest = found.groups()
            if kind == "custom-call" and (target := _TARGET.search(rest)):
                kind = target[1]
            callee = _CALLEE.search(rest)
            yield Instruction(
                computation,
                name,
                kind,
                arrays(shape),
                tuple(_NAME.findall(rest.partition(")")[0])),
                callee[1] if callee else "",
                rest,
            )
