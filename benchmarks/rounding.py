"""The yardstick of `benchmarks.devices`: how much rounding alone changes a run on one device."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P

from configs import demo
from lanet_jax import state as state_lib
from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.from_config import config
from lanet_jax.from_config.run import run
from lanet_jax.input.pipeline import train_batches
from lanet_jax.train.step import compile_step

NUDGE = 2**-24  # half of float32's spacing at 1, as a different order of summation may cause


class Result(NamedTuple):
    """The numbers of a run that are compared.

    Attributes:
      losses: loss of every step.
      bank: bank after the last step, [N, C].
      parameters: parameters after the last step, by path.
    """

    losses: np.ndarray
    bank: np.ndarray
    parameters: dict[str, np.ndarray]


def nudged(data_dir: Path, workdir: Path, seeds: int) -> Iterator[Result]:
    """Trains the tiny demo on one device from starts that differ by rounding.

    Args:
      data_dir: folder of the prepared demo set.
      workdir: existing folder, where `labels.csv` is written.
      seeds: number of starts.

    Yields:
      The result of each run.
    """
    c = demo.get_config("tiny")
    c.data.dir = str(data_dir)
    built = run(config.resolve(c), workdir)
    mesh = mesh_lib.make(built.reading.batch, jax.devices()[:1])
    batches = train_batches(built.visits, 0, built.reading.batch, built.reading.threads)
    batches = [jax.device_put(batch, NamedSharding(mesh, P("data"))) for batch in batches]
    step = compile_step(built.method, built.optimizer, built.augment, mesh)
    key = jax.random.key(built.seed)
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        with mesh_lib.use(mesh):
            state = state_lib.create(built.method, built.optimizer, key, built.example, mesh)
            params = jax.tree.map(lambda x, rng=rng: _nudge(x, rng), state.params)
            state, losses = state.replace(params=params), []
            for batch in batches:
                state, metrics = step(state, batch)
                losses.append(float(metrics["loss"]))
        leaves = jax.tree_util.tree_leaves_with_path({"params": state.params})
        parameters = {jax.tree_util.keystr(path): np.asarray(x) for path, x in leaves}
        yield Result(np.array(losses), np.asarray(state.model_state["bank"]), parameters)


def _nudge(x: jax.Array, rng: np.random.Generator) -> jax.Array:
    factor = 1 + NUDGE * rng.uniform(-1, 1, x.shape)
    return jax.device_put((np.asarray(x) * factor).astype(x.dtype), x.sharding)
