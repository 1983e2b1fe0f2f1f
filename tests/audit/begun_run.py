"""A run that has only begun: its networks say little, its labels much."""

import jax
import jax.numpy as jnp
import numpy as np

from configs import demo
from data.demo.demo_dataset_builder import Builder
from lanet_jax.checkpoint.states import Checkpoints
from lanet_jax.from_config import config, run
from lanet_jax.run import folder as run_folder
from lanet_jax.state import TrainState

N = 40


def new(root):
    """A work folder with a checkpoint of an untrained LA-Net."""
    Builder(train=N, test=8, size=24, data_dir=root / "prepared").download_and_prepare()
    c = demo.get_config("tiny")
    with c.unlocked():
        c.data.dir = str(root / "prepared")
        c.data.limit = 0
        c.optim.batch_size, c.el.queue_size = 8, 16
    return begin(config.resolve(c), root / "run")


def begin(c, workdir):
    """A run of one step, the parameters of which nobody has trained."""
    run_folder.claim(workdir, c)
    built = run.run(c, workdir)
    # Drawn by hand: compiling the true initialisation takes longer than all else here.
    shapes = jax.eval_shape(built.method.init, jax.random.key(0), built.example)
    rng = np.random.default_rng(0)
    params, model_state = jax.tree.map(
        lambda x: jnp.asarray(rng.uniform(0.01, 0.1, x.shape), x.dtype), shapes
    )
    model_state["bank"] = jnp.eye(len(built.data.train.classes))[built.example.labels]
    step, nothing = jnp.ones((), jnp.int32), jnp.zeros(1)
    checkpoints = Checkpoints(workdir, 1)
    state = TrainState(step, params, model_state, nothing, nothing)
    checkpoints.save(1, state, built.card)
    checkpoints.close()
    return workdir
