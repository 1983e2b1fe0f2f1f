"""Everything a run carries from step to step, as one frozen pytree."""

import functools

import flax.struct
import jax
import jax.numpy as jnp
import optax
from jax.sharding import Mesh
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Int

from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.methods.method import Example, Method
from lanet_jax.typing import Key, PyTree


@flax.struct.dataclass
class TrainState:
    """The state of a run after `step` steps.

    Attributes:
      step: number of steps done.
      params: parameters that the optimizer updates.
      model_state: everything else that the method carries: batch statistics, label-distribution
        bank, queues, momentum copy.
      opt_state: what the optimizer carries from step to step.
      key: random key of the run; a step uses `fold_in(key, step)`.
    """

    step: Int[Array, ""]
    params: PyTree
    model_state: PyTree
    opt_state: PyTree
    key: Key


def init(
    method: Method, optimizer: optax.GradientTransformation, key: Key, example: Example
) -> TrainState:
    """Makes the state before the first step.

    Args:
      method: makes parameters and model state.
      optimizer: makes its own state from the parameters.
      key: random key of the run.
      example: what the method is initialised with.

    Returns:
      The state, on the default device.
    """
    init_key, run_key = jax.random.split(key)
    params, model_state = method.init(init_key, example)
    return TrainState(
        step=jnp.zeros((), jnp.int32),
        params=params,
        model_state=model_state,
        opt_state=optimizer.init(params),
        key=run_key,
    )


def shardings(mesh: Mesh, method: Method) -> TrainState:
    """The shardings of a state: as the method says for its own state, replicated for the rest.

    Args:
      mesh: devices of all hosts, axis "data".
      method: the method, which says how its own state is sharded.

    Returns:
      A prefix tree of shardings in the form of a `TrainState`.
    """
    specs = TrainState(step=P(), params=P(), model_state=method.specs(), opt_state=P(), key=P())  # type: ignore[arg-type]  # of its form
    return mesh_lib.shardings(mesh, specs)


def create(
    method: Method,
    optimizer: optax.GradientTransformation,
    key: Key,
    example: Example,
    mesh: Mesh,
) -> TrainState:
    """Makes the state before the first step, sharded over the devices.

    Args:
      method: makes parameters and model state, and says how they are sharded.
      optimizer: makes its own state from the parameters.
      key: random key of the run.
      example: what the method is initialised with.
      mesh: devices of all hosts, axis "data".

    Returns:
      The state.
    """
    start = functools.partial(init, method, optimizer)
    return jax.jit(start, out_shardings=shardings(mesh, method))(key, example)
