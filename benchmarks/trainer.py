"""A training step that can be called repeatedly, compiled as `lanet_jax.train.loop` does."""

import functools
import time

import jax
import numpy as np
import optax
from jax.sharding import NamedSharding
from jax.sharding import PartitionSpec as P

from benchmarks import cache
from benchmarks.cost import Cost, cost
from benchmarks.shape import Shape
from configs import rafdb
from lanet_jax import state as state_lib
from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.from_config import config, training
from lanet_jax.landmarks.schemes import SCHEMES
from lanet_jax.methods.method import Example, Method
from lanet_jax.train.step import compile_for, compile_step, train_step
from lanet_jax.typing import Augment, Batch

SCHEME = SCHEMES["ibug68"]


class Trainer:
    """A state and the compiled step that updates it.

    Args:
      method: method to train.
      optimizer: optimizer of the step.
      augment: augmentation of the step.
      example: example that initialises the method.
      batch: the batch of every step.

    Attributes:
      state: current state.
      batch: the batch on the devices.
      compiled: the compiled step.
      compile_seconds: seconds that compiling took.
      cached: whether the compile cache had the step, so that these are the seconds of reading it.
    """

    def __init__(
        self,
        method: Method,
        optimizer: optax.GradientTransformation,
        augment: Augment,
        example: Example,
        batch: Batch,
    ) -> None:
        self.method, self.optimizer, self.augment = method, optimizer, augment
        mesh = mesh_lib.make(len(batch["id"]))
        with mesh_lib.use(mesh):
            self.state = state_lib.create(method, optimizer, jax.random.key(0), example, mesh)
            self.batch = jax.device_put(batch, NamedSharding(mesh, P("data")))
            step = compile_step(method, optimizer, augment, mesh)
            with cache.hits() as hits:
                start = time.perf_counter()
                self.compiled = compile_for(step, self.state, self.batch)
                self.compile_seconds = time.perf_counter() - start
            self.cached = bool(hits)

    def __call__(self) -> dict[str, jax.Array]:
        """Takes a step."""
        self.state, metrics = self.compiled(self.state, self.batch)
        return metrics

    def cost(self) -> Cost:
        """The work of the compiled step."""
        step = functools.partial(train_step, self.method, self.optimizer, self.augment)
        return cost(self.compiled, step, self.state, self.batch)

    def compiled_bytes(self) -> int:
        """Bytes that the compiled step holds at once, as the compiler plans them."""
        plan = self.compiled.memory_analysis()
        held = plan.argument_size_in_bytes + plan.output_size_in_bytes - plan.alias_size_in_bytes
        return held + plan.temp_size_in_bytes


def settings(shape: Shape, method: str) -> config.Config:
    """The paper's settings at some size.

    Args:
      shape: how large.
      method: to be trained, at the settings that all methods share.

    Returns:
      The resolved config.
    """
    c = rafdb.get_config()  # without its data
    c.method, c.schedule = method, "shared"
    c.augment.size, c.optim.batch_size, c.el.queue_size = shape.size, shape.batch, shape.queue
    c.model.width, c.model.stem, c.precision = shape.width, shape.stem, shape.precision
    c.model.family, c.model.frozen_stages = shape.family, shape.frozen
    c.model.pretrained = "random" if shape.frozen else ""  # not read: a step's time is the same
    c.landmarks.frame = "image"  # random points are no face
    return config.resolve(c)


def lanet(shape: Shape) -> Trainer:
    """LA-Net by the paper's settings, on random images, with the whole augmentation.

    Args:
      shape: how large.

    Returns:
      The trainer.
    """
    c = settings(shape, "lanet")
    method = training.method(c, shape.classes, shape.landmarks)
    given = np.arange(shape.records, dtype=np.int32) % shape.classes
    return Trainer(
        method,
        training.optimizer(c, shape.records // shape.batch),
        training.augmentation(c, SCHEME.flip_index),
        training.example_of_shape(c, given),
        random_batch(shape),
    )


def random_batch(shape: Shape) -> Batch:
    """A batch of noise images, all landmarks present."""
    rng = np.random.default_rng(0)
    b, side, points = shape.batch, shape.size, shape.landmarks
    return {
        "id": rng.choice(shape.records, b, replace=False).astype(np.int32),
        "image": rng.integers(0, 256, (b, side, side, 3), dtype=np.uint8),
        "label": rng.integers(0, shape.classes, b, dtype=np.int32),
        "landmarks": rng.random((b, points, 2), dtype=np.float32),
        "present": np.ones((b, points), bool),
    }
