"""What the compiled operations of a trace are, and which scope of the step each belongs to."""

import dataclasses
import re

from lanet_jax.profiling import wire

# The `jax.named_scope`s of a training step.
SCOPES = ("augment", "backbone", "backbone_keys", "lde", "el", "optimizer")
OTHER = "other"

_COMPONENT = re.compile(r"((?:\w+\()*)(\w*)\)*")


@dataclasses.dataclass(frozen=True)
class Op:
    """One instruction of a compiled program.

    Attributes:
      name: of the instruction.
      kind: its HLO opcode.
      source: JAX's name of what it computes, such as "jit(f)/transpose(jvp(backbone))/conv1/add";
        "" if nobody knows.
    """

    name: str
    kind: str
    source: str = ""

    @property
    def scope(self) -> str:
        """Where in the step it comes from, "other" if from none of its scopes."""
        return scope_of(self.source)


def scope_of(source: str) -> str:
    """The outermost of `SCOPES` in a name, with "forward" or "backward" if it is differentiated."""
    for component in source.split("/"):
        match = _COMPONENT.fullmatch(component)
        if match and match[2] in SCOPES:
            if "transpose(" in match[1]:
                return f"{match[2]} backward"
            return f"{match[2]} forward" if "jvp(" in match[1] else match[2]
    return OTHER


def programs(trace: bytes) -> dict[str, dict[str, Op]]:
    """The compiled programs that a trace holds.

    Args:
      trace: bytes of an `xplane.pb`.

    Returns:
      For each program, named "module(id)", its instructions by name.
    """
    found = {}
    for plane in wire.find(trace, 1):  # XSpace.planes
        if wire.first(plane, 2) != b"/host:metadata":
            continue
        for entry in wire.find(plane, 4, 2):  # XPlane.event_metadata
            name = wire.first(entry, 2).decode()
            for module in wire.find(entry, 5, 6, 1):  # stats, bytes_value, HloProto.hlo_module
                found[name] = _instructions(module)
    return found


def _instructions(module: bytes) -> dict[str, Op]:
    parsed: list[tuple[int, str, str, list[int]]] = []  # id, name, opcode, operands
    sources: dict[int, str] = {}
    roots: dict[int, int] = {}  # a computation's instruction that it returns
    for computation in wire.find(module, 3):  # callees before callers
        roots[wire.first(computation, 5)] = wire.first(computation, 6)
        for instruction in wire.find(computation, 2):  # operands before users
            number = wire.first(instruction, 35)
            operands = wire.integers(instruction, 36)
            callees = [roots[c] for c in wire.integers(instruction, 38) if c in roots]
            name, kind = (wire.first(instruction, field).decode() for field in (1, 2))
            # The compiler's own copies and fusions bear no name: they belong where what they
            # compute or move comes from ...
            known = (sources[n] for n in callees + operands if scope_of(sources[n]) != OTHER)
            sources[number] = wire.first(instruction, 7, 2).decode() or next(known, "")
            parsed.append((number, name, kind, operands))
    for number, _, _, operands in reversed(parsed):  # ... or, of the program's inputs, go to.
        for operand in operands:
            sources[operand] = sources[operand] or sources[number]
    return {name: Op(name, kind, sources[number]) for number, name, kind, _ in parsed}
