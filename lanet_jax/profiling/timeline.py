"""Reads from a trace which thread or stream worked on which operation, and when."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jax.profiler import ProfileData

from lanet_jax.profiling.hlo import STEP, Op

_POOL = "ThreadpoolListener::"


class Segment(NamedTuple):
    """A period that a line spent on one operation, without operations nested in it.

    Attributes:
      line: name of the plane (a device or the host) and number of the thread or stream in it.
      start: in nanoseconds.
      end: in nanoseconds, on the same clock.
      op: innermost operation that ran.
    """

    line: tuple[str, int]
    start: float
    end: float
    op: Op


@dataclasses.dataclass(frozen=True)
class Timeline:
    """The devices' work in a trace.

    Attributes:
      segments: periods of work; those of one line are in order and do not overlap.
      calls: number of times that each operation ran.
    """

    segments: list[Segment]
    calls: dict[Op, int]


class _Event(NamedTuple):
    start: float
    shorter: float  # minus the duration: sorts an enclosing event before those in it
    line: tuple[str, int]
    kind: str
    value: Any


def read(trace: Path, step: Mapping[str, Op]) -> Timeline:
    """Reads the operations of a trace.

    On GPU an operation is an event of its stream. On CPU the event of a large operation is only
    its start: the work is split into tasks for the thread pool, whose events have no name. A task
    belongs to the operation on which the thread that created it was working.

    Args:
      trace: an `xplane.pb` file.
      step: operations of the training step by name, see `hlo.operations`.

    Returns:
      Its timeline.
    """
    events = [
        event
        for plane in ProfileData.from_file(str(trace)).planes
        for number, line in enumerate(plane.lines)
        for event in _events(line, (plane.name, number), step)
    ]
    events.sort(key=lambda event: event[:2])
    calls: dict[Op, int] = defaultdict(int)
    for event in events:
        if event.kind == "op":
            calls[event.value] += 1
    return Timeline(list(_segments(events)), dict(calls))


def _events(line, where: tuple[str, int], step: Mapping[str, Op]) -> Iterator[_Event]:
    for event in line.events:
        name = event.name
        if name.startswith(_POOL):
            stats = dict(event.stats)
            task = stats.get("_p", stats.get("_c"))
            yield _Event(event.start_ns, 0, where, name.removeprefix(_POOL), task)
        elif not name.startswith(("$", "end: ")):  # frames of Python, ends of what has started
            stats = dict(event.stats)
            if "hlo_op" in stats:
                # By its name, not its number: a program from the compile cache has two numbers.
                program = stats.get("hlo_module", "")
                unknown = Op(stats["hlo_op"], "unknown", program=program)
                op = step.get(unknown.name, unknown) if program == STEP else unknown
                yield _Event(event.start_ns, -event.duration_ns, where, "op", op)


class _Line:
    """The stack of a line: operations with a known end, and tasks that end by an event."""

    def __init__(self, name: tuple[str, int]) -> None:
        self._name, self._since = name, 0.0
        self._stack: list[tuple[float | None, Op | None]] = []

    @property
    def op(self) -> Op | None:
        """The operation that it is working on."""
        return self._stack[-1][1] if self._stack else None

    def advance(self, now: float) -> Iterator[Segment]:
        """Ends the operations that end by now."""
        while self._stack and self._stack[-1][0] is not None and self._stack[-1][0] <= now:
            yield from self._until(self._stack[-1][0])
            self._stack.pop()
        yield from self._until(now)

    def drain(self) -> Iterator[Segment]:
        """Ends the operations left at the end of the trace, except unfinished tasks."""
        while self._stack and self._stack[-1][0] is not None:
            yield from self.advance(self._stack[-1][0])

    def push(self, end: float | None, op: Op | None) -> None:
        """Starts an operation or a task."""
        self._stack.append((end, op))

    def end_task(self) -> None:
        """Ends the innermost task, with everything in it."""
        while self._stack and self._stack.pop()[0] is not None:
            pass

    def _until(self, now: float) -> Iterator[Segment]:
        if self.op is not None and now > self._since:
            yield Segment(self._name, self._since, now, self.op)
        self._since = max(self._since, now)


def _segments(events: Iterable[_Event]) -> Iterator[Segment]:
    lines: dict[tuple[str, int], _Line] = {}
    owners: dict[object, Op | None] = {}  # of tasks
    for event in events:
        line = lines.setdefault(event.line, _Line(event.line))
        yield from line.advance(event.start)
        if event.kind == "op":
            line.push(event.start - event.shorter, event.value)
        elif event.kind == "Record":
            owners[event.value] = line.op
        elif event.kind == "StartRegion":
            line.push(None, owners.get(event.value))
        elif event.kind == "StopRegion":
            line.end_task()
    for line in lines.values():
        yield from line.drain()
