"""What the operations of the compiled step are, and which of its scopes each belongs to."""

import dataclasses
import re

from lanet_jax.profiling.hlo_text import instructions

# The `jax.named_scope`s of a training step.
SCOPES = ("augment", "backbone", "backbone_keys", "lde", "el", "optimizer")
OTHER = "other"
STEP, ELSEWHERE = "jit_train_step", "other programs"

_COMPONENT = re.compile(r"((?:\w+\()*)(\w*)\)*")


@dataclasses.dataclass(frozen=True)
class Op:
    """One instruction of a compiled program.

    Attributes:
      name: name of the instruction.
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


def operations(text: str) -> dict[str, Op]:
    """The instructions of the compiled step.

    Args:
      text: its HLO, `jax.stages.Compiled.as_text()`.

    Returns:
      Each by its name, those of fusions too.
    """
    parsed = list(instructions(text))
    roots = {i.computation: (i.name,) for i in parsed if i.root and i.computation}
    sources: dict[str, str] = {}
    for i in parsed:  # callees before callers, operands before users
        # The compiler's own copies and fusions bear no name: they belong where what they compute
        # or move comes from ...
        near = (sources[name] for name in (*roots.get(i.callee, ()), *i.operands))
        known = (source for source in near if _locate(source)[0] != OTHER)
        named = "/" in i.source  # inputs are called by their arguments' names
        sources[i.name] = i.source if named else next(known, "")
    for i in reversed(parsed):  # ... or, of the program's inputs, go to.
        for operand in i.operands:
            sources[operand] = sources[operand] or sources[i.name]
    return {i.name: Op(i.name, i.kind, sources[i.name]) for i in parsed}


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
