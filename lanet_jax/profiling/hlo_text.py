"""Reads the instructions of a compiled program from its text, for any backend."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

_COMPUTATION = re.compile(r"^(ENTRY )?%?([\w.-]+) (?:\(.*\) -> .* )?\{")
_DEFINITION = re.compile(r"^\s*(ROOT )?%?([\w.-]+) = (.*?) ([a-z][\w-]*)\((.*)$")
_ARRAY = re.compile(r"\b(pred|[a-z]+\d+\w*)\[([\d,]*)\]")
_NAME = re.compile(r"%([\w.-]+)")
_CALLEE = re.compile(r"\b(?:to_apply|calls|called_computations)=\{?%?([\w.-]+)")
_SOURCE = re.compile(r'op_name="([^"]*)"')
_TARGET = re.compile(r'custom_call_target="([^"]*)"')


class Array(NamedTuple):
    """The type of an array in a program.

    Attributes:
      type: element type as XLA writes it, such as "bf16".
      shape: size of each dimension; empty for a scalar.
    """

    type: str
    shape: tuple[int, ...]

    @property
    def bytes(self) -> int:
        """Its size in bytes."""
        bits = 8 if self.type == "pred" else int(re.findall(r"\d+", self.type)[0])
        return bits * math.prod(self.shape) // 8

    def __str__(self) -> str:
        return f"{self.type}[{','.join(map(str, self.shape))}]"


class Instruction(NamedTuple):
    """One instruction of a program.

    Attributes:
      computation: computation that it belongs to; "" for the program's own.
      name: name that other instructions refer to.
      kind: its opcode, or the target of a custom call.
      results: type of each array that it returns.
      operands: names of the instructions that it reads.
      callee: the computation that it calls, if any.
      source: JAX's name of what it computes, such as "jit(f)/transpose(jvp(backbone))/conv1/add".
      root: whether its computation returns it.
      text: the rest of its line.
    """

    computation: str
    name: str
    kind: str
    results: tuple[Array, ...]
    operands: tuple[str, ...]
    callee: str
    source: str
    root: bool
    text: str


def arrays(text: str) -> tuple[Array, ...]:
    """The types of arrays in a text, such as "(f32[2,5], bf16[3])"."""
    return tuple(
        Array(type_, tuple(map(int, filter(None, dims.split(",")))))
        for type_, dims in _ARRAY.findall(text)
    )


def instructions(text: str) -> Iterator[Instruction]:
    """Reads the instructions of a compiled program.

    Args:
      text: HLO of the program, from `jax.stages.Compiled.as_text()`.

    Yields:
      The instructions, callees before callers and operands before their users.
    """
    computation = ""
    for line in text.splitlines():
        if found := _COMPUTATION.match(line):
            computation = "" if found[1] else found[2]
        elif found := _DEFINITION.match(line):
            root, name, shape, kind, rest = found.groups()
            if kind == "custom-call" and (target := _TARGET.search(rest)):
                kind = target[1]
            callee, source = _CALLEE.search(rest), _SOURCE.search(rest)
            yield Instruction(
                computation,
                name,
                kind,
                arrays(shape),
                tuple(_NAME.findall(rest.partition(")")[0])),
                callee[1] if callee else "",
                source[1] if source else "",
                bool(root),
                rest,
            )
