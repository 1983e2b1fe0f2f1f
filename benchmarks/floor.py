"""Counts the operations and bytes of a LA-Net step, and the least time a card needs for them.

  python -m benchmarks.floor --size 112 --precision bfloat16

Operations are those of the equations, as XLA counts them; bytes are what the kernels read and
write when compiled for the device at hand. A card cannot exceed its peak rate on the operations or
its bandwidth on the bytes; the larger of the two times is the floor. On a GPU steps are timed too;
on a CPU only with --rounds, as another backend fuses differently: `benchmarks.gpu_program` compiles
for a GPU without one.
"""

import functools

import jax

from benchmarks import report
from benchmarks import shape as shape_lib
from benchmarks.lde_el import LdeEl
from benchmarks.shape import Shape
from benchmarks.trainer import lanet
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.devices import runtime

# An H100 SXM as specified, dense: FLOP/s of its tensor cores (TF32 for float32), bytes/s.
PEAK = {"float32": 495e12, "bfloat16": 989e12}
BANDWIDTH = 3.35e12


def show(shape: Shape, rounds: int, peak: float, bandwidth: float) -> None:
    """Prints the cost of the step and of LDE + EL within it, the floor and, if timed, the times.

    Args:
      shape: shape of the step.
      rounds: number of timed rounds; 0 for none.
      peak: peak rate of the card in operations a second.
      bandwidth: bandwidth of its memory in bytes a second.
    """
    step = lanet(shape)
    part = LdeEl(step.method, step.state.params, step.state.model_state, step.batch)
    work = {
        name: functools.partial(report.repeat, call, shape.steps)
        for name, call in (("whole step", step), ("LDE + EL within", part))
    }
    costs = {"whole step": step.cost(), "LDE + EL within": part.cost()}
    turns = report.medians(report.interleaved(work, rounds)) if rounds else {}
    seconds = {name: turn / shape.steps for name, turn in turns.items()}
    whole = costs["whole step"]
    rows = []
    for name, own in costs.items():
        least = own.floor(peak, bandwidth)
        cells = [name, f"{own.operations:.3g}", f"{own.operations / whole.operations:.2%}"]
        cells += [f"{own.bytes:.3g}", f"{own.bytes / whole.bytes:.2%}"]
        cells += [f"{own.operations / own.bytes:.1f}", f"{1e3 * least:.2f}"]
        cells += [f"{shape.batch / least:,.0f}" if own is whole else ""]
        if rounds:
            cells += [report.milliseconds(seconds[name]), f"{least / seconds[name]:.0%}"]
        rows.append(cells)
    header = ["", "FLOP", "share", "bytes", "share", "FLOP / byte", "floor ms", "images/s at most"]
    header += ["median ms", "floor / time"] * bool(rounds)
    notes = [
        f"The card: {peak / 1e12:g} TFLOP/s, {bandwidth / 1e12:g} TB/s.",
        f"The step compiled: {step.compiled_bytes() / 2**30:.2f} GiB at once.",
        f"{shape}, {rounds} rounds.",
    ]
    report.show(header, rows, notes)


@exit_on_user_error
def main() -> None:
    """Reads the command line."""
    parser = shape_lib.parser("floor", __doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, help="timed steps; default 10 on a GPU, else 0")
    parser.add_argument("--tflops", type=float, help="of the card; default an H100's, dense")
    parser.add_argument("--gbs", type=float, default=BANDWIDTH / 1e9, help="GB/s of its memory")
    arguments = parser.parse_args()
    runtime.start()
    shape = shape_lib.shape(arguments)
    usual = 0 if jax.default_backend() == "cpu" else 10
    rounds = usual if arguments.rounds is None else arguments.rounds
    peak = PEAK[shape.precision] if arguments.tflops is None else 1e12 * arguments.tflops
    show(shape, rounds, peak, 1e9 * arguments.gbs)


if __name__ == "__main__":
    main()
