"""What the compiled operations of a trace are, and which scope of the step each belongs to."""

import dataclasses
import re

from lanet_jax.profiling import wire

# The `jax.named_scope`s of a training step.
SCOPES = ("augment", "backbone", "backbone_keys", "lde", "el", "optimizer")
OTHER = "other"
STEP, ELSEWHERE = "jit_train_step", "other programs"

_COMPONENT = re.compile(r"((?:\w+\()*)(\w*)\)*")


@dataclasses.dataclass(frozen=True)
class Op:
    """One instruction of a compiled program.

    Attributes:
      name: of the instruction.
      kind: its HLO opcode.
      source: JAX's name of what it computes, such as "jit(f)/transpose(jvp(backbone))/conv1/add";
        "" if nobody knows.
      program: its module's name.
    """

    name: str
    kind: str
    source: str = ""
    program: str = STEP

    @property
    def scope(self) -> str:
        """Where in the step it comes from, "other" if from none of its scopes."""
        return _locate(self.source)[0] if self.program == STEP else ELSEWHERE

    @property
    def place(self) -> str:
        """Where in its scope it comes from: modules, layer, primitive; or its program."""
        return _locate(self.source)[1] if self.program == STEP else self.program


def programs(trace: bytes) -> dict[str, dict[str, Op]]:
    """The compiled programs that a trace holds.

    Args:
      trace: bytes of an `xplane.pb`.

    Returns:
      For each program, by the name of its module, its instructions by their names.
    """
    found = {}
    for plane in wire.find(trace, 1):  # XSpace.planes
        if wire.first(plane, 2) != b"/host:metadata":
            continue
        for entry in wire.find(plane, 4, 2):  # XPlane.event_metadata
            for module in wire.find(entry, 5, 6, 1):  # stats, bytes_value, HloProto.hlo_module
                name = wire.first(module, 1).decode()
                found[name] = found.get(name, {}) | _instructions(name, module)
    return found


def _instructions(program: str, module: bytes) -> dict[str, Op]:
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
            known = (sources[n] for n in callees + operands if _locate(sources[n])[0] != OTHER)
            own = wire.first(instruction, 7, 2).decode()
            named = "/" in own  # inputs are called by their arguments' names
            sources[number] = own if named else next(known, "")
            parsed.append((number, name, kind, operands))
    for number, _, _, operands in reversed(parsed):  # ... or, of the program's inputs, go to.
        for operand in operands:
            sources[operand] = sources[operand] or sources[number]
    return {name: Op(name, kind, sources[number], program) for number, name, kind, _ in parsed}


def _locate(source: str) -> tuple[str, str]:
    components = source.split("/")
    for i, component in enumerate(components):
        match = _COMPONENT.fullmatch(component)
        if match and match[2] in SCOPES:
            scope = match[2]
            if "jvp(" in match[1]:
                scope += " backward" if "transpose(" in match[1] else " forward"
            return scope, "/".join(components[i + 1 :])
    return OTHER, "/".join(components[1:])
