"""One training step, as a pure function, and how it is compiled."""

import functools

import jax
import optax
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float

from lanet_jax.devices import runtime
from lanet_jax.methods.method import Method
from lanet_jax.state import TrainState, shardings
from lanet_jax.typing import Augment, Batch


def train_step(
    method: Method,
    optimizer: optax.GradientTransformation,
    augment: Augment,
    state: TrainState,
    batch: Batch,
) -> tuple[TrainState, dict[str, Float[Array, ""]]]:
    """Augments a batch, computes its loss and updates the parameters once.

    Args:
      method: method whose loss is used.
      optimizer: optimizer that turns gradients into updates.
      augment: function from (key, batch as stored) to a normalised batch of the input size.
      state: state before the step.
      batch: batch of all hosts, B records.

    Returns:
      The state after the step, and scalar metrics of the batch.
    """
    augment_key, loss_key = jax.random.split(jax.random.fold_in(state.key, state.step))
    with jax.named_scope("augment"):
        batch = augment(augment_key, batch)
    (loss, (model_state, metrics)), gradients = jax.value_and_grad(method.loss, has_aux=True)(
        state.params, state.model_state, batch, loss_key
    )
    with jax.named_scope("optimizer"):
        updates, opt_state = optimizer.update(gradients, state.opt_state, state.params)
        params = optax.apply_updates(state.params, updates)
    metrics = {"loss": loss, **metrics, "gradient_norm": optax.global_norm(gradients)}
    state = state.replace(  # type: ignore[attr-defined]  # flax adds it
        step=state.step + 1, params=params, model_state=model_state, opt_state=opt_state
    )
    return state, metrics


def compile_step(
    method: Method, optimizer: optax.GradientTransformation, augment: Augment, mesh: Mesh
) -> jax.stages.Wrapped:
    """Prepares `train_step` for compilation; it reuses the memory of its input state.

    Args:
      method: method whose loss is used.
      optimizer: turns gradients into updates.
      augment: augmentation of the run.
      mesh: devices of all hosts, axis "data".

    Returns:
      A function from (state, batch) to (state, metrics); metrics are on every device.
    """
    return jax.jit(
        functools.partial(train_step, method, optimizer, augment),
        donate_argnums=0,
        out_shardings=(shardings(mesh, method), NamedSharding(mesh, P())),
    )


def compile_for(step: jax.stages.Wrapped, state: TrainState, batch: Batch) -> jax.stages.Compiled:
    """Compiles a step for a batch, and returns the memory that compiling used to the system.

    Args:
      step: step from `compile_step`.
      state: state before the first step.
      batch: batch of all hosts, for its shapes and shardings.

    Returns:
      The step, for batches of that shape.
    """
    compiled = step.lower(state, batch).compile()
    runtime.give_back_memory()
    return compiled
