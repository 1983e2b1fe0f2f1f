"""The top operations of a trace as text, so that no viewer is needed.

  python -m lanet_jax.profiling.table TRACE.xplane.pb STEPS
"""

import sys
from collections import defaultdict
from pathlib import Path

from lanet_jax.profiling import timeline
from lanet_jax.profiling.hlo import Op
from lanet_jax.profiling.timeline import Timeline

_HEADER = """\
Operations of {steps} training steps, by time: what threads (CPU) or streams (GPU) spent on each
operation and on nothing nested in it, summed over them; so it can exceed what a clock shows.
"""


def format_table(work: Timeline, steps: int, rows: int = 40) -> str:
    """The table.

    Args:
      work: of a trace.
      steps: how many were traced.
      rows: how many operations are listed one by one.

    Returns:
      Sums by scope, then the operations that took longest; both end in a sum of 100%.
    """
    time: dict[Op, float] = defaultdict(float)
    for segment in work.segments:
        time[segment.op] += (segment.end - segment.start) / 1e6
    scopes: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])
    for op, ms in time.items():
        scopes[op.scope][0] += work.calls.get(op, 0)
        scopes[op.scope][1] += ms
    total = sum(time.values())

    def share(ms: float) -> str:
        return f"{100 * ms / total if total else 0:.2f}%"

    def numbers(count: int, ms: float) -> tuple[str, ...]:
        return str(count), f"{ms:.3f}", f"{ms / steps:.3f}", share(ms)

    calls = sum(work.calls.values())
    by_scope = [
        (scope, *numbers(*sums)) for scope, sums in sorted(scopes.items(), key=lambda s: -s[1][1])
    ]
    ranked = sorted(time.items(), key=lambda item: -item[1])
    listed, rest = ranked[:rows], ranked[rows:]
    by_op = [(op.name, op.kind, op.scope, *numbers(work.calls.get(op, 0), t)) for op, t in listed]
    if rest:
        count, ms = sum(work.calls.get(op, 0) for op, _ in rest), sum(ms for _, ms in rest)
        by_op.append((f"{len(rest)} more", "", "", *numbers(count, ms)))
    tail = ("count", "total ms", "ms/step", "share")
    all_of_it = numbers(calls, total)
    return "\n".join(
        (
            _HEADER.format(steps=steps),
            _align([("scope", *tail), *by_scope, ("sum", *all_of_it)], 1),
            _align([("op", "kind", "scope", *tail), *by_op, ("sum", "", "", *all_of_it)], 3),
        )
    )


def _align(rows: list[tuple[str, ...]], texts: int) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if i < texts else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(format_table(timeline.read(Path(sys.argv[1])), steps=int(sys.argv[2])))
