from collections import Counter

from lanet_jax.profiling import timeline
from lanet_jax.profiling.hlo import Op

A, B = Op("a", "dot"), Op("b", "add")
ONE, TWO = ("/host:CPU", 1), ("/host:CPU", 2)


def _op(start, end, line, op):
    return timeline._Event(start, start - end, line, "op", op)


def _pool(start, line, kind, task):
    return timeline._Event(start, 0, line, kind, task)


def _times(events):
    times = Counter()
    for segment in timeline._segments(sorted(events, key=lambda event: event[:2])):
        times[segment.line, segment.op] += segment.end - segment.start
    return dict(times)


def test_an_operation_has_no_time_of_what_is_nested_in_it():
    events = [_op(0, 100, ONE, A), _op(20, 50, ONE, B), _op(60, 70, ONE, B)]
    assert _times(events) == {(ONE, A): 60, (ONE, B): 40}


def test_a_task_belongs_to_the_operation_that_handed_it_out():
    events = [
        _op(0, 10, ONE, A),
        _pool(5, ONE, "Record", 7),
        _pool(8, TWO, "StartRegion", 7),
        _op(30, 35, TWO, B),  # an operation that the task goes on with is its own
        _pool(48, TWO, "StopRegion", None),
        _op(90, 95, TWO, B),
    ]
    assert _times(events) == {(ONE, A): 10, (TWO, A): 35, (TWO, B): 10}


def test_tasks_of_tasks():
    events = [
        _op(0, 10, ONE, A),
        _pool(5, ONE, "Record", 1),
        _pool(20, TWO, "StartRegion", 1),
        _pool(21, TWO, "Record", 2),
        _pool(25, TWO, "StopRegion", None),
        _pool(30, ONE, "StartRegion", 2),
        _pool(40, ONE, "StopRegion", None),
    ]
    assert _times(events) == {(ONE, A): 20, (TWO, A): 5}


def test_the_end_of_a_task_ends_what_is_open_in_it_and_no_other_task():
    events = [
        _op(0, 10, ONE, A),
        _pool(1, ONE, "Record", 1),
        _op(2, 9, ONE, B),
        _pool(3, ONE, "Record", 2),
        _pool(20, TWO, "StartRegion", 1),
        _pool(30, TWO, "StartRegion", 2),
        _op(32, 90, TWO, A),
        _pool(40, TWO, "StopRegion", None),
        _pool(45, TWO, "StopRegion", None),
    ]
    assert _times(events) == {(ONE, A): 3, (ONE, B): 7, (TWO, A): 10 + 8 + 5, (TWO, B): 2}


def test_a_task_of_nobody_counts_for_nobody():
    events = [
        _pool(0, ONE, "StartRegion", 1),
        _op(10, 20, ONE, A),
        _pool(50, ONE, "StopRegion", None),
    ]
    assert _times(events) == {(ONE, A): 10}


def test_a_task_whose_end_the_trace_misses():
    events = [_op(0, 10, ONE, A), _pool(5, ONE, "Record", 1), _pool(12, ONE, "StartRegion", 1)]
    assert _times(events) == {(ONE, A): 10}


def test_a_real_trace_holds_whole_steps(trace, ops_of_step):
    work = timeline.read(trace, ops_of_step)
    convolutions = {op: n for op, n in work.calls.items() if op.kind == "convolution"}
    assert len(convolutions) >= 2  # of the forward and the backward pass
    assert set(convolutions.values()) == {2}
    by_line = {}
    for segment in work.segments:
        assert by_line.get(segment.line, 0) <= segment.start < segment.end
        by_line[segment.line] = segment.end
