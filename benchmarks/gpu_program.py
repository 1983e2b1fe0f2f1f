"""Reads what a GPU would run for a step, compiled without one.

  python -m benchmarks.gpu_program --size 112 --precision bfloat16 [--head heatmap]

JAX can compile for a GPU ahead of time if its CUDA plugin is installed (pip install 'jax[cuda12]'
of the installed version); no driver is needed. Without a device nothing is autotuned: the compiler
takes each library's default algorithm. Compiling takes minutes.
"""

import functools
from collections import Counter

import jax
import numpy as np
from jax.experimental import topologies
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from benchmarks import report
from benchmarks import shape as shape_lib
from benchmarks.program import Program
from benchmarks.shape import Shape
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.errors import UserError

# What the compiler must know about an H100 SXM, from its data sheet and CUDA's table for compute
# capability 9.0.
H100 = """
platform_name: "CUDA"
device_description_str: "NVIDIA H100 80GB HBM3"
dnn_version_info { major: 9 minor: 10 }
gpu_device_info {
  cuda_compute_capability { major: 9 }
  core_count: 132 fpus_per_core: 128 clock_rate_ghz: 1.98
  memory_bandwidth: 3352320000000 device_memory_size: 84942979072 l2_cache_size: 52428800
  threads_per_warp: 32 threads_per_block_limit: 1024 threads_per_core_limit: 2048
  registers_per_block_limit: 65536 registers_per_core_limit: 65536
  shared_memory_per_block: 49152 shared_memory_per_block_optin: 232448
  shared_memory_per_core: 233472
  block_dim_limit_x: 2147483647 block_dim_limit_y: 65535 block_dim_limit_z: 65535
}
"""


def compiled(shape: Shape, head: str) -> jax.stages.Compiled:
    """Compiles LA-Net's step for one H100, without running it.

    Args:
      shape: shape of the step.
      head: head of the landmark network.

    Returns:
      The program.

    Raises:
      UserError: this JAX has no CUDA plugin, or one that cannot compile without a device.
    """
    from benchmarks import trainer
    from lanet_jax import state as state_lib
    from lanet_jax.from_config import training
    from lanet_jax.train.step import train_step

    try:
        target = topologies.get_topology_desc(
            "", platform="cuda", target_config=H100, topology="1x1x1"
        )
    except (NotImplementedError, RuntimeError) as error:
        raise UserError(
            f"JAX {jax.__version__} cannot compile for a GPU here "
            f"({str(error).splitlines()[0]}): pip install 'jax[cuda12]=={jax.__version__}'"
        ) from error
    mesh = Mesh(np.array(target.devices[:1]), ("data",))
    everywhere = NamedSharding(mesh, P())

    def there(tree: object) -> object:
        return jax.tree.map(
            lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=everywhere), tree
        )

    c = trainer.settings(shape, "lanet")
    c.landmarks.head = head
    method = training.method(c, shape.classes, shape.landmarks)
    optimizer = training.optimizer(c, shape.records // shape.batch)
    augment = training.augmentation(c, trainer.SCHEME.flip_index)
    given = np.arange(shape.records, dtype=np.int32) % shape.classes
    example = training.example_of_shape(c, given)
    start = functools.partial(state_lib.init, method, optimizer)
    state = jax.eval_shape(start, jax.random.key(0), example)
    step = jax.jit(functools.partial(train_step, method, optimizer, augment), donate_argnums=0)
    with jax.set_mesh(mesh):
        return step.lower(there(state), there(trainer.random_batch(shape))).compile()


def show(shape: Shape, head: str) -> None:
    """Prints the number of launches of each kind and the bytes that it reads and writes."""
    step = compiled(shape, head)
    program = Program(step.as_text())
    count, moved = Counter(), Counter()
    for instruction in program.launched():
        count[instruction.kind] += 1
        moved[instruction.kind] += program.bytes_of(instruction)
    rows = [(kind, count[kind], f"{size / 1e9:.3f}") for kind, size in moved.most_common()]
    rows.append(("sum", count.total(), f"{moved.total() / 1e9:.3f}"))
    convolutions = ", ".join(f"{n} in {type_}" for type_, n in program.convolutions().items())
    workspace = step.memory_analysis().temp_size_in_bytes / 2**30
    notes = [
        f"Convolutions: {convolutions}; transposes within fusions: "
        f"{program.kinds()['transpose']}; workspace {workspace:.2f} GiB.",
        f"{shape}, head {head}.",
    ]
    report.show(("launched", "count", "GB read and written"), rows, notes)


@exit_on_user_error
def main() -> None:
    """Reads the command line."""
    parser = shape_lib.parser("gpu_program", __doc__.splitlines()[0])
    parser.add_argument("--head", choices=("coordinates", "heatmap"), default="coordinates")
    arguments = parser.parse_args()
    jax.config.update("jax_platforms", "cpu")  # only the compiler's target is a GPU
    show(shape_lib.shape(arguments), arguments.head)


if __name__ == "__main__":
    main()
