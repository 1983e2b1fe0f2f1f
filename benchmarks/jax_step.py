"""The worker of `benchmarks.step` that runs our LA-Net steps."""

import statistics
from typing import TYPE_CHECKING

import jax

from benchmarks import report, worker
from benchmarks import shape as shape_lib
from benchmarks.shape import Shape
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.devices import runtime

if TYPE_CHECKING:
    from benchmarks.trainer import Trainer

ROUNDS = 5  # timed calls of LDE and EL


@exit_on_user_error
def main() -> None:
    """Runs a step for each line of standard input."""
    parser = shape_lib.parser("jax_step", __doc__)
    parser.add_argument("--lde_el", action="store_true", help="also time LDE and EL alone")
    arguments = parser.parse_args()
    runtime.start()
    from benchmarks.trainer import lanet

    shape = shape_lib.shape(arguments)
    trainer = lanet(shape)
    facts = {"lde_el_milliseconds": 1e3 * lde_el(trainer, shape)} if arguments.lde_el else {}
    worker.serve(
        lambda: jax.block_until_ready((report.repeat(trainer, shape.steps), trainer.state)),
        warm_up=2,
        device_peak=device_peak,
        name=f"lanet_jax, JAX {jax.__version__}",
        compile_seconds=trainer.compile_seconds,
        compile_cached=trainer.cached,
        compiled_bytes=trainer.compiled_bytes(),
        **trainer.cost()._asdict(),
        **facts,
    )


def lde_el(trainer: "Trainer", shape: Shape) -> float:
    """Median seconds of LDE and EL alone, with their backward pass."""
    from benchmarks.lde_el import LdeEl

    state = trainer.state
    part = LdeEl(trainer.method, state.params, state.model_state, trainer.batch)
    turns = report.interleaved({"": lambda: report.repeat(part, shape.steps)}, ROUNDS)[""]
    return statistics.median(turns) / shape.steps


def device_peak() -> int | None:
    """Peak bytes in use on the first device; None if it does not report them."""
    return (jax.local_devices()[0].memory_stats() or {}).get("peak_bytes_in_use")


if __name__ == "__main__":
    main()
