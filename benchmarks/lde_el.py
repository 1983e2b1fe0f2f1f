"""LDE and EL with their backward pass against the whole LA-Net step: `python -m benchmarks.lde_el`.

Measured through `LANet.loss` itself, with the features and logits of both networks as its input:
neighbours, scores, targets, bank, L_kl, projections, both directions of L_el, queues, and the
gradients of u, v, logits and the parameters of both parts. L_ce and L_lm are included; they are a
few [B, C] and [B, L] operations. Goal: at most 3% of a step.
"""

import dataclasses
import math
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks import report
from benchmarks import shape as shape_lib
from benchmarks.cost import Cost, cost
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.devices import runtime
from lanet_jax.methods.lanet import BRANCHES, LANet
from lanet_jax.models.landmarks import LandmarkNet
from lanet_jax.models.two_branch import Outputs
from lanet_jax.typing import Batch, PyTree

GOAL = 0.03


@dataclasses.dataclass(frozen=True)
class Features:
    """Stands in for both networks: its "images" are the networks' outputs for a batch.

    Attributes:
      landmark: the landmark network, whose head decides the landmark loss.
    """

    landmark: LandmarkNet

    def apply(
        self, variables: PyTree, x: Outputs, train: bool, rngs: None, mutable: list[str]
    ) -> tuple[Outputs, PyTree]:
        """Hands its input through."""
        del train, rngs, mutable
        return x, {"batch_stats": variables["batch_stats"]}


class LdeEl:
    """LDE and EL with their gradients, compiled to be called repeatedly.

    Args:
      method: the method whose parts these are.
      params: its parameters; copied, like `model_state`, as a step overwrites its own.
      model_state: its model state.
      batch: labels, ids and landmarks of a batch.

    Attributes:
      compiled: the program.
    """

    def __init__(self, method: LANet, params: PyTree, model_state: PyTree, batch: Batch) -> None:
        without = dataclasses.replace(method, network=Features(method.network.landmark))
        b, width = len(batch["id"]), params["contribution"]["expression"]["g1"]["kernel"].shape[0]
        rng = np.random.default_rng(1)
        u, v = (np.abs(rng.standard_normal((b, width), np.float32)) for _ in BRANCHES)
        logits = rng.standard_normal((b, model_state["bank"].shape[1]), np.float32)
        self._batch = {**batch, "image": Outputs(logits, u, np.array(batch["landmarks"]), v)}
        nothing = {branch: {} for branch in BRANCHES}
        own = {name: params[name] for name in ("contribution", "projection")}
        state = {
            "bank": model_state["bank"],
            "queue": model_state["queue"],
            "momentum": {**nothing, "projection": model_state["momentum"]["projection"]},
        }
        self._params = jax.tree.map(jnp.copy, {**nothing, **own})
        self._state = jax.tree.map(jnp.copy, {**nothing, **state})

        def objective(params: PyTree, features: Outputs, state: PyTree, batch: Batch) -> PyTree:
            return without.loss(params, state, {**batch, "image": features}, None)

        def call(params: PyTree, state: PyTree, batch: Batch) -> PyTree:
            value_and_grad = jax.value_and_grad(objective, argnums=(0, 1), has_aux=True)
            (loss, (state, _)), gradients = value_and_grad(params, batch["image"], state, batch)
            return state, (loss, gradients)

        self._call = call
        compile_ = jax.jit(call, donate_argnums=1).lower
        self.compiled = compile_(self._params, self._state, self._batch).compile()

    def __call__(self) -> PyTree:
        """Computes loss and gradients, and updates the bank and the queue."""
        self._state, result = self.compiled(self._params, self._state, self._batch)
        return result

    def cost(self) -> Cost:
        """The work of the compiled program."""
        return cost(self.compiled, self._call, self._params, self._state, self._batch)

    def largest_array(self) -> tuple[str, tuple[int, ...]]:
        """The operation and shape of the largest array computed, apart from the updated state."""
        traced = jax.make_jaxpr(self._call)(self._params, self._state, self._batch)
        carried = {x.shape for x in jax.tree.leaves(self._state)}
        arrays = [array for array in intermediates(traced.jaxpr) if array[1] not in carried]
        return max(arrays, key=lambda array: math.prod(array[1]))


def intermediates(jaxpr: PyTree) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Lists every array that a jaxpr computes, including its inner jaxprs.

    Args:
      jaxpr: traced program of a function.

    Yields:
      The operation and the shape of its result.
    """
    for equation in jaxpr.eqns:
        for variable in equation.outvars:
            yield equation.primitive.name, getattr(variable.aval, "shape", ())
        for value in equation.params.values():
            for part in value if isinstance(value, tuple | list) else (value,):
                inner = getattr(part, "jaxpr", part)
                if hasattr(inner, "eqns"):
                    yield from intermediates(inner)


@exit_on_user_error
def main() -> None:
    """Prints the share of LDE and EL in a step, and their largest array."""
    parser = shape_lib.parser("lde_el", __doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, help="default 10, with --quick 2")
    arguments = parser.parse_args()
    shape = shape_lib.shape(arguments)
    runtime.start()
    from benchmarks.trainer import lanet

    step = lanet(shape)
    lde_el = LdeEl(step.method, step.state.params, step.state.model_state, step.batch)
    rounds = arguments.rounds or (2 if arguments.quick else 10)
    seconds = report.medians(report.interleaved({"LDE + EL": lde_el, "step": step}, rounds))
    share = seconds["LDE + EL"] / seconds["step"]
    operation, largest = lde_el.largest_array()
    forbidden = shape.batch**2 * shape.queue
    report.show(
        ("", "median ms", "share of the step"),
        [
            (
                "LDE + EL, forward and backward",
                report.milliseconds(seconds["LDE + EL"]),
                f"{share:.1%}",
            ),
            ("whole LA-Net step", report.milliseconds(seconds["step"]), "100%"),
        ],
        [
            f"Goal: at most {GOAL:.0%}: {report.verdict(share <= GOAL, arguments.quick)}.",
            f"Largest array of LDE + EL: {list(largest)} ({operation}), {math.prod(largest):,} "
            f"numbers, apart from bank and queue; B x B x Q would be {forbidden:,}, "
            f"{forbidden / math.prod(largest):.0f} times that.",
            f"{shape}, {rounds} rounds.",
        ],
    )


if __name__ == "__main__":
    main()
