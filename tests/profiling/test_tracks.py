from jax.profiler import ProfileData

from lanet_jax.profiling import timeline, tracks
from lanet_jax.profiling.hlo import Op
from lanet_jax.profiling.timeline import Segment, Timeline

CONV = Op("conv.1", "convolution", "jit(f)/jvp(backbone)/conv")
TANH = Op("tanh.1", "tanh", "jit(f)/jvp(backbone)/tanh")
MUL = Op("mul.2", "multiply", "jit(f)/optimizer/mul")


def _added(path):
    planes = [p for p in ProfileData.from_file(str(path)).planes if p.name == tracks.PLANE]
    return {
        line.name: [(event.name, event.start_ns, event.end_ns) for event in line.events]
        for plane in planes
        for line in plane.lines
    }


def test_one_track_a_thread(tmp_path):
    one, two = ("/host:CPU", 3), ("/host:CPU", 5)
    segments = [
        Segment(one, 1_000_000, 2_000_000, CONV),
        Segment(one, 2_000_000, 2_500_000, TANH),
        Segment(two, 1_500_000, 2_000_000, CONV),
        Segment(one, 2_500_000, 4_000_000, MUL),
        Segment(two, 5_000_000, 6_000_000, CONV),
    ]
    path = tmp_path / "x.xplane.pb"
    path.write_bytes(b"")
    tracks.add(path, Timeline(segments, {}))
    assert _added(path) == {
        "thread 1": [
            ("backbone forward", 1_000_000, 2_500_000),
            ("optimizer", 2_500_000, 4_000_000),
        ],
        "thread 2": [
            ("backbone forward", 1_500_000, 2_000_000),
            ("backbone forward", 5_000_000, 6_000_000),
        ],
    }


def test_a_gpu_s_trace_is_left_alone(tmp_path):
    path = tmp_path / "x.xplane.pb"
    path.write_bytes(b"")
    tracks.add(path, Timeline([Segment(("/device:GPU:0", 0), 0, 1, CONV)], {}))
    assert not path.read_bytes()


def test_the_trace_of_a_run_has_the_scopes_as_events(trace):
    names = {name for events in _added(trace).values() for name, _, _ in events}
    assert {"backbone forward", "backbone backward", "lde forward", "optimizer"} <= names


def test_the_rest_of_the_trace_is_as_it_was(trace, tmp_path):
    copy, before = tmp_path / "x.xplane.pb", trace.read_bytes()
    copy.write_bytes(before)
    tracks.add(copy, Timeline([Segment(("/host:CPU", 3), 1_000_000, 2_000_000, CONV)], {}))
    after = copy.read_bytes()
    assert after.startswith(before) and len(after) > len(before)
    calls = timeline.read(trace, {}).calls  # the host's own events, behind which the tracks lie
    assert calls and timeline.read(copy, {}).calls == calls
