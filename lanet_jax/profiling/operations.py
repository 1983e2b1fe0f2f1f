"""Lists the operations of a trace by the time they took, as text."""

from collections import defaultdict
from collections.abc import Iterable

from lanet_jax.profiling.hlo import ELSEWHERE, Op
from lanet_jax.profiling.timeline import Timeline

_HEADER = """\
Operations of {steps} training steps by the time that the lines of the trace (threads on CPU,
streams on GPU) spent on each and on nothing nested in it. Lines work side by side, so the sum can
be more than a clock shows. Scopes are parts of the step: forward, and backward for its gradient.
"""
_GRAPHS = """\
The kernels of CUDA graphs (command_buffer) stand under "other", without their place; to see each:
XLA_FLAGS=--xla_gpu_enable_command_buffer=
"""
_NUMBERS = ("count", "total ms", "ms/step", "share")


def format_table(work: Timeline, steps: int, rows: int = 40) -> str:
    """Formats the operations of a trace as a table.

    Args:
      work: operations of a trace.
      steps: number of traced steps.
      rows: number of operations listed one by one.

    Returns:
      Sums by scope, then the operations that took longest and the sum of the rest.
    """
    times: dict[Op, float] = defaultdict(float)
    between = 0.0
    for segment in work.segments:
        ms = (segment.end - segment.start) / 1e6
        if segment.op.scope == ELSEWHERE:
            between += ms
        else:
            times[segment.op] += ms
    if not times:
        return "The trace holds no operations of the training step.\n"
    total = sum(times.values())

    def numbers(ops: Iterable[Op]) -> tuple[str, ...]:
        chosen = list(ops)
        ms = sum(times[op] for op in chosen)
        count = sum(work.calls[op] for op in chosen)
        return str(count), f"{ms:.3f}", f"{ms / steps:.3f}", f"{100 * ms / total:.2f}%"

    scopes: dict[str, list[Op]] = defaultdict(list)
    for op in times:
        scopes[op.scope].append(op)
    by_scope = sorted(scopes.items(), key=lambda item: -sum(times[op] for op in item[1]))
    ranked = sorted(times, key=lambda op: -times[op])
    top, rest = ranked[:rows], ranked[rows:]
    sums = [
        ("scope", *_NUMBERS),
        *((scope, *numbers(ops)) for scope, ops in by_scope),
        ("sum", *numbers(ranked)),
    ]
    ops = [
        ("op", "kind", *_NUMBERS, "scope", "place"),
        *((op.name, op.kind, *numbers([op]), op.scope, op.place) for op in top),
        (f"the other {len(rest)}", "", *numbers(rest), "", ""),
    ]
    header = _HEADER.format(steps=steps)
    if between:
        header += f"Left out: {between:.3f} ms of other programs in between, as of an evaluation.\n"
    if any(op.name.startswith("command_buffer") for op in times):
        header += _GRAPHS
    return "\n".join((header, _align(sums), _align(ops)))


def _align(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
            for cell, width, name in zip(row, widths, rows[0], strict=True)
        ).rstrip()
        for row in rows
    ]
    return "\n".join((lines[0], "-" * len(lines[0]), *lines[1:])) + "\n"
