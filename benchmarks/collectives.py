"""Counts what a compiled step moves between devices, from its text.

  python -m benchmarks.collectives [--quick] [--devices=8] [--batch=1024 ...]

The step is compiled for forced CPU devices, but not run. It is compiled again with Q and N doubled,
which must change nothing: exits 1 if it does.
"""

import dataclasses
import os
import sys

from benchmarks import program
from benchmarks import shape as shape_lib
from benchmarks.shape import Shape
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.profiling import hlo_text

KINDS = ("all-reduce", "all-gather", "all-to-all", "collective-permute", "reduce-scatter")


@dataclasses.dataclass(frozen=True, order=True)
class Collective:
    """One collective operation.

    Attributes:
      kind: one of `KINDS`.
      operands: types of the arrays that each device hands in, as XLA writes them ("f32[16,8]").
    """

    kind: str
    operands: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """Bytes that each device hands in."""
        return sum(array.bytes for o in self.operands for array in hlo_text.arrays(o))

    @property
    def sizes(self) -> set[int]:
        """Every dimension of every operand."""
        return {size for o in self.operands for array in hlo_text.arrays(o) for size in array.shape}


def read(text: str) -> list[Collective]:
    """Lists the collectives of a compiled program.

    Args:
      text: HLO of the program.

    Returns:
      The collectives, sorted; one in a loop counts once.
    """
    compiled = program.Program(text)
    return sorted(
        Collective(kind, tuple(map(str, compiled.operands(instruction))))
        for instruction in compiled.instructions
        if (kind := instruction.kind.removesuffix("-start")) in KINDS
    )


def documented(
    *,
    batch: int,
    devices: int,
    features: int,
    projection: int,
    classes: int,
    parameters: int,
    channels: int,
) -> dict[str, int]:
    """Bytes that each device hands in during a step of LA-Net in float32 (docs/scaling.md).

    Args:
      batch: B, over all devices.
      devices: number of devices.
      features: width of the features, D, the same in both spaces.
      projection: projection width, E.
      classes: number of classes, C.
      parameters: number of parameters that the optimizer updates.
      channels: number of channels of all BatchNorms of both networks.

    Returns:
      Bytes by kind; they depend on neither N nor Q.
    """
    rows = 4 * projection + features + 4 * classes + 15
    gathered = 3 * features + 2 * projection + 2 * classes + 6
    return {
        "all-reduce": 4 * (parameters + 4 * channels + batch * rows + 5),
        # Three booleans of each sample, by which copies and absent landmarks are no neighbours.
        "all-gather": (batch // devices) * (4 * gathered + 3) + 8 * batch,
    }


def force_devices(count: int) -> None:
    """Makes this process and its children see a number of CPU devices and no others.

    Args:
      count: number of devices. JAX must not have computed anything yet.
    """
    import jax

    flag = f"--xla_force_host_platform_device_count={count}"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flag}".strip()
    os.environ["JAX_PLATFORMS"] = "cpu"
    jax.config.update("jax_platforms", "cpu")  # the variable was read when JAX was imported


def show(shape: Shape) -> bool:
    """Prints the collectives of a step over all devices.

    Args:
      shape: shape of the step; its batch is that of all devices together.

    Returns:
      Whether the step with doubled Q and N has the same collectives.
    """
    import jax

    from benchmarks import report
    from benchmarks.trainer import lanet
    from lanet_jax.methods.lanet import BRANCHES

    double = dataclasses.replace(shape, queue=2 * shape.queue, records=2 * shape.records)
    trainer = lanet(shape)
    found = read(trainer.compiled.as_text())
    flops = trainer.compiled.cost_analysis()["flops"]
    parameters = sum(x.size for x in jax.tree.leaves(trainer.state.params))
    state, method = trainer.state, trainer.method
    statistics = [state.model_state[branch] for branch in BRANCHES]
    formula = documented(
        batch=shape.batch,
        devices=jax.device_count(),
        features=state.params["contribution"]["expression"]["g1"]["kernel"].shape[0],
        projection=method.el.projection,
        classes=shape.classes,
        parameters=parameters,
        channels=sum(x.size for x in jax.tree.leaves(statistics)) // 2,
    )
    del trainer, state, statistics
    doubled = read(lanet(double).compiled.as_text())
    rows = []
    for kind in KINDS:
        ours, theirs = ([c for c in every if c.kind == kind] for every in (found, doubled))
        if ours or theirs:
            largest = max((c.bytes for c in ours), default=0)
            moved = [f"{sum(c.bytes for c in every):,}" for every in (ours, theirs)]
            by_formula = f"{formula.get(kind, 0):,}"
            cells = (kind, len(ours), moved[0], by_formula, f"{largest:,}", len(theirs), moved[1])
            rows.append(cells)
    header = ("kind", "count", "bytes handed in", "by the formula", "largest")
    header += ("count, 2Q 2N", "bytes, 2Q 2N")
    notes = [
        "Bytes are those of the operands, what each device hands in; what travels depends on the "
        "ring or tree (docs/scaling.md).",
        f"Parameters: {parameters:,}, their gradients {4 * parameters:,} bytes.",
        f"Compiled step: {flops:.4g} floating point operations a device.",
        f"None grows with Q or N: {report.verdict(found == doubled, False)}.",
        f"{shape}.",
    ]
    report.show(header, rows, notes)
    return found == doubled


@exit_on_user_error
def main() -> None:
    """Reads the command line."""
    parser = shape_lib.parser("collectives", __doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=8, help="default 8")
    arguments = parser.parse_args()
    force_devices(arguments.devices)
    from lanet_jax.devices import runtime

    runtime.start()
    sys.exit(0 if show(shape_lib.shape(arguments)) else 1)


if __name__ == "__main__":
    main()
