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
      step: steps done.
      params: what the optimizer moves.
      model_state: what the method owns beside: batch statistics, label-distribution bank, queues,
        momentum copy.
      opt_state: state of the optimizer.
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
    """The state before the first step.

    Args:
      method: the method to train.
      optimizer: optimizer of the run.
      key: random key of the run.
      example: what the method must know of the data.

    Returns:
      The state, nowhere in particular yet.
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
    """How a state lies on the mesh: what the method shards is sharded, the rest is everywhere.

    Args:
      mesh: the devices.
      method: says how its own state lies.

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
    """The state before the first step, on the devices, each part where it belongs.

    Args:
      method: the method to train.
      optimizer: optimizer of the run.
      key: random key of the run.
      example: what the method must know of the data.
      mesh: the devices.

    Returns:
      The state.
    """
    start = functools.partial(init, method, optimizer)
    return jax.jit(start, out_shardings=shardings(mesh, method))(key, example)
