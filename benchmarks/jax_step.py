"""The worker of `benchmarks.step` that takes our whole LA-Net steps."""

import jax

from benchmarks import report, worker
from benchmarks import shape as shape_lib
from lanet_jax.devices import runtime
from lanet_jax.errors import exit_on_user_error


@exit_on_user_error
def main() -> None:
    """Serves steps until its input ends."""
    arguments = shape_lib.parser("jax_step", __doc__).parse_args()
    runtime.start()
    from benchmarks.trainer import lanet

    shape = shape_lib.shape(arguments)
    trainer = lanet(shape)
    worker.serve(
        lambda: jax.block_until_ready((report.repeat(trainer, shape.steps), trainer.state)),
        warm_up=2,
        name=f"lanet_jax, JAX {jax.__version__}",
        compiled_bytes=trainer.compiled_bytes(),
    )


if __name__ == "__main__":
    main()
