"""Where training starts: at the newest checkpoint, with rows and best state cut back to it."""

import functools
from pathlib import Path

import jax
from jax.sharding import Mesh

from lanet_jax import state as state_lib
from lanet_jax.checkpoint import best as best_lib
from lanet_jax.checkpoint.states import Checkpoints
from lanet_jax.devices import hosts
from lanet_jax.from_config.run import Run
from lanet_jax.run import metrics_log, summary
from lanet_jax.state import TrainState


def initial_state(run: Run, workdir: Path, mesh: Mesh, checkpoints: Checkpoints) -> TrainState:
    """Restores the newest checkpoint, or makes the state before the first step.

    Args:
      run: gives method, optimizer, example and seed.
      workdir: its work folder. A best state from after that checkpoint is replaced.
      mesh: devices of all hosts, axis "data".
      checkpoints: checkpoints of the work folder.

    Returns:
      The state, on the devices.

    Raises:
      UserError: no checkpoint restores, or `metrics.jsonl` has lost evaluations from before the
        one that restores.
    """
    found = _restored(run, mesh, checkpoints)
    start = int(found.step)
    evaluated = range(run.steps_per_epoch, start, run.steps_per_epoch)
    rows = checkpoints.restored.get("rows")
    hosts.on_first(lambda: metrics_log.require(workdir, start, evaluated, run.data.evaluate, rows))
    best = hosts.on_first(
        lambda: summary.best_step(
            metrics_log.read(workdir), summary.selection_split(list(run.data.evaluate)), start
        )
    )
    best_lib.rewind(workdir, start, found, run.method, run.card, best)
    return found


def _restored(run: Run, mesh: Mesh, checkpoints: Checkpoints) -> TrainState:
    key = jax.random.key(run.seed)
    if checkpoints.latest() is None:
        return state_lib.create(run.method, run.optimizer, key, run.example, mesh)
    init = functools.partial(state_lib.init, run.method, run.optimizer)
    shapes = jax.eval_shape(init, key, run.example)
    like = jax.tree.map(
        lambda sharding, part: jax.tree.map(
            lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=sharding), part
        ),
        state_lib.shardings(mesh, run.method),
        shapes,
    )
    return checkpoints.restore_newest(like)
