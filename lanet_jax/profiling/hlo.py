"""The operations of the compiled step, and the scope that each belongs to."""

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
      name: name of the instruction in the program's text.
      kind: its HLO opcode.
      source: JAX's name of what it computes, such as "jit(f)/transpose(jvp(backbone))/conv1/add";
        "" if unknown.
      program: name of its module.
    """

    name: str
    kind: str
    source: str = ""
    program: str = STEP

    @property
    def scope(self) -> str:
        """The scope of the step that it comes from; "other" if none."""
        return _locate(self.source)[0] if self.program == STEP else ELSEWHERE

    @property
    def place(self) -> str:
        """Its position in its scope (modules, layer, primitive), or its program."""
        return _locate(self.source)[1] if self.program == STEP else self.program


def operations(text: str) -> dict[str, Op]:
    """Reads the instructions of the compiled step.

    Args:
      text: HLO of the step, from `jax.stages.Compiled.as_text()`.

    Returns:
      The instructions by name, including those in fusions.
    """
    parsed = list(instructions(text))
    roots = {i.computation: (i.name,) for i in parsed if i.root and i.computation}
    sources: dict[str, str] = {}
    for i in parsed:  # callees before callers, operands before users
        # The compiler's own copies and fusions have no JAX name: they belong where the values that
        # they compute or move come from ...
        near = (sources[name] for name in (*roots.get(i.callee, ()), *i.operands))
        known = (source for source in near if _locate(source)[0] != OTHER)
        named = "/" in i.source  # inputs have only their arguments' names
        sources[i.name] = i.source if named else next(known, "")
    for i in reversed(parsed):  # ... or, for the program's inputs, where they go to.
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
