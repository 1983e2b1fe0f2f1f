import re

import pytest

from lanet_jax.profiling import operations, timeline
from lanet_jax.profiling.hlo import Op
from lanet_jax.profiling.timeline import Segment, Timeline

CONV = Op("conv.1", "convolution", "jit(f)/jvp(backbone)/conv1/conv")
MUL = Op("mul.2", "multiply", "jit(f)/optimizer/mul")
COPY = Op("copy.3", "copy")
LINE = ("/host:CPU", 0)
WORK = Timeline(
    [
        Segment(LINE, 0, 4_000_000, CONV),
        Segment(LINE, 4_000_000, 5_000_000, MUL),
        Segment(("/host:CPU", 1), 0, 2_000_000, CONV),
        Segment(LINE, 6_000_000, 7_000_000, COPY),
    ],
    {CONV: 2, MUL: 4, COPY: 2},
)


def test_sums_by_scope():
    text = operations.format_table(WORK, steps=2)
    rows = [line.split() for line in text.splitlines()]
    assert ["backbone", "forward", "2", "6.000", "3.000", "75.00%"] in rows
    assert ["optimizer", "4", "1.000", "0.500", "12.50%"] in rows
    assert ["other", "2", "1.000", "0.500", "12.50%"] in rows
    assert ["sum", "8", "8.000", "4.000", "100.00%"] in rows


def test_operations_by_time():
    text = operations.format_table(WORK, steps=2, rows=1)
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert "conv.1 convolution 2 6.000 3.000 75.00% backbone forward conv1/conv" in rows
    assert "the other 2 6 2.000 1.000 25.00%" in rows
    assert "mul.2" not in text


def test_other_programs_have_no_share():
    other = Op("dot.1", "dot", program="jit_predict")
    segments = [*WORK.segments, Segment(LINE, 8_000_000, 11_000_000, other)]
    text = operations.format_table(Timeline(segments, {**WORK.calls, other: 1}), steps=2)
    assert text.split("\n\n")[1:] == operations.format_table(WORK, steps=2).split("\n\n")[1:]
    assert "Left out: 3.000 ms of other programs" in text


def test_cuda_graphs_are_explained():
    graph = Segment(LINE, 8_000_000, 9_000_000, Op("command_buffer_12", "unknown"))
    hint = "XLA_FLAGS=--xla_gpu_enable_command_buffer="
    work = Timeline([*WORK.segments, graph], {**WORK.calls, graph.op: 1})
    assert hint in operations.format_table(work, steps=2)
    assert hint not in operations.format_table(WORK, steps=2)


def test_a_trace_without_operations():
    assert "no operations of the training step" in operations.format_table(
        Timeline([], {}), steps=1
    )


def test_a_real_trace_adds_up(trace, ops_of_step):
    sums, ops = operations.format_table(timeline.read(trace, ops_of_step), steps=2).split("\n\n")[
        1:
    ]
    assert {"backbone forward", "backbone backward", "lde forward", "optimizer"} <= {
        re.split(r"\s{2,}", line)[0] for line in sums.splitlines()
    }
    for part, without in ((sums, -1), (ops, None)):
        shares = [float(share) for share in re.findall(r"([\d.]+)%", part)][:without]
        assert sum(shares) == pytest.approx(100, abs=0.01 * len(shares))
