"""The parts of our LA-Net step, each compiled alone."""

import dataclasses
from collections.abc import Callable

import jax
import jax.numpy as jnp
import optax

from benchmarks.lde_el import LdeEl
from benchmarks.shape import Shape
from benchmarks.trainer import lanet
from lanet_jax.el import momentum
from lanet_jax.methods.lanet import branches
from lanet_jax.models.pure import apply
from lanet_jax.models.two_branch import Outputs
from lanet_jax.state import TrainState
from lanet_jax.typing import Batch, PyTree


def parts(shape: Shape) -> dict[str, Callable[[], object]]:
    """Compiles the parts of a step separately; they hardly overlap, so their sum is near the whole.

    Args:
      shape: shape of the step.

    Returns:
      Functions by name, "whole step" last; all share one state, which only that one updates.
    """
    step = lanet(shape)
    method = step.method
    plain = dataclasses.replace(
        method,
        lde=dataclasses.replace(method.lde, spaces="none"),
        el=dataclasses.replace(method.el, enabled=False),
    )

    def augment(state: TrainState, batch: Batch) -> Batch:
        return step.augment(jax.random.fold_in(state.key, state.step), batch)

    def forward(params: PyTree, stats: PyTree, batch: Batch) -> tuple[Outputs, PyTree]:
        return apply(method.network, params, stats, batch["image"], True)

    def query(state: TrainState, batch: Batch) -> tuple[Outputs, PyTree]:
        return forward(branches(state.params), branches(state.model_state), batch)

    def key(state: TrainState, batch: Batch) -> tuple[Outputs, PyTree]:
        copy = branches(state.model_state["momentum"])
        copy = momentum.update(copy, branches(state.params), method.el.momentum)
        return forward(copy, branches(state.model_state), batch)[0], copy

    def backward(state: TrainState, batch: Batch) -> PyTree:
        loss = jax.value_and_grad(plain.loss, has_aux=True)
        return loss(state.params, state.model_state, batch, state.key)

    def optimize(state: TrainState, gradients: PyTree) -> PyTree:
        updates, opt_state = step.optimizer.update(gradients, state.opt_state, state.params)
        params = optax.apply_updates(state.params, updates)
        return params, opt_state, optax.global_norm(gradients)

    stored, augmented = step.batch, jax.jit(augment)(step.state, step.batch)
    # Copied, because the whole step overwrites the state it is given.
    gradients = jax.tree.map(jnp.copy, step.state.params)

    def call(function: Callable, argument: PyTree) -> Callable[[], object]:
        compiled = jax.jit(function)
        return lambda: compiled(step.state, argument)

    return {
        "augmentation": call(augment, stored),
        "query forward": call(query, augmented),
        "query forward + backward": call(backward, augmented),
        "momentum update + key forward": call(key, augmented),
        "LDE + EL": LdeEl(method, step.state.params, step.state.model_state, stored),
        "optimizer": call(optimize, gradients),
        "whole step": step,
    }
