"""Adds tracks of the step's scopes to a trace of a CPU run.

Viewers draw the scopes of operations on a GPU or TPU; for a CPU they know only the names in the
compiled program.
"""

from pathlib import Path

from lanet_jax.files.atomic import write_bytes
from lanet_jax.profiling.timeline import Segment, Timeline
from lanet_jax.profiling.wire import encode

# Planes with this prefix are shown unchanged (xprof, xla/tsl/profiler/utils/xplane_schema.cc).
PLANE = "/device:CUSTOM:scopes of the step"
_GAP = 50_000  # ns; shorter pauses are not drawn, as the pool's tasks follow each other closely


def add(trace: Path, work: Timeline) -> None:
    """Adds one track per thread to a trace, with the scope that the thread was in.

    Args:
      trace: an `xplane.pb` file, which is replaced.
      work: its timeline; nothing is added unless the host did the work.
    """
    segments = [segment for segment in work.segments if segment.line[0].startswith("/host:")]
    if not segments:
        return
    # Planes are a repeated field, so a plane is added by appending it to the file.
    write_bytes(trace, trace.read_bytes() + encode(1, _plane(segments)))


def _plane(segments: list[Segment]) -> bytes:
    scopes = sorted({segment.op.scope for segment in segments})
    numbers = {scope: number for number, scope in enumerate(scopes, 1)}
    # XPlane: 1 id, 2 name, 3 lines, 4 event_metadata (a map from number to 1 id, 2 name)
    plane = encode(1, 1000) + encode(2, PLANE)
    for scope, number in numbers.items():
        plane += encode(4, encode(1, number) + encode(2, encode(1, number) + encode(2, scope)))
    lines = sorted({segment.line for segment in segments})
    for number, line in enumerate(lines, 1):
        own = [segment for segment in segments if segment.line == line]
        plane += encode(3, _line(number, own, numbers))
    return plane


def _line(number: int, segments: list[Segment], numbers: dict[str, int]) -> bytes:
    # XLine: 1 id, 2 name, 3 timestamp_ns, 4 events
    began = int(segments[0].start)
    line = encode(1, number) + encode(2, f"thread {number}") + encode(3, began)
    start, end, scope = segments[0].start, segments[0].start, segments[0].op.scope
    for segment in [*segments, None]:
        if segment and segment.op.scope == scope and segment.start <= end + _GAP:
            end = segment.end
            continue
        # XEvent: 1 metadata_id, 2 offset_ps, 3 duration_ps
        offset, duration = int(1000 * (start - began)), int(1000 * (end - start))
        line += encode(4, encode(1, numbers[scope]) + encode(2, offset) + encode(3, duration))
        if segment:
            start, end, scope = segment.start, segment.end, segment.op.scope
    return line
