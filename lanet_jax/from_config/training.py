"""From the config to the method, its optimizer and its augmentation."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Int

from lanet_jax.augment.compose import (
    Augmentation,
    augment_batch,
    augment_batch_twice,
    preprocess_batch,
)
from lanet_jax.checkpoint import pretrained
from lanet_jax.errors import UserError
from lanet_jax.from_config.config import Config
from lanet_jax.methods.ce import CE
from lanet_jax.methods.eac import EAC
from lanet_jax.methods.lanet import EL, LDE, LANet
from lanet_jax.methods.method import Example, Method
from lanet_jax.methods.rul import RUL
from lanet_jax.methods.scn import SCN
from lanet_jax.models.classifiers import Embedding
from lanet_jax.models.landmarks import LandmarkNet
from lanet_jax.models.resnet import ResNet
from lanet_jax.models.two_branch import TwoBranch
from lanet_jax.trained import network as trained_network
from lanet_jax.typing import Augment, Batch, Key, PyTree


def method(c: Config, classes: int, landmarks: int) -> Method:
    """The method to train.

    Args:
      c: resolved config.
      classes: C.
      landmarks: L of the data.

    Returns:
      It, with its networks.

    Raises:
      UserError: LA-Net on data without landmarks.
    """
    dtype = jnp.dtype(c.precision)
    backbone = ResNet(c.model.depth, c.model.width, c.model.stem, dtype=dtype)
    expression = trained_network.network(c.method, backbone, classes)
    if c.method == "ce":
        return CE(expression)
    if c.method == "scn":
        return SCN(expression, **c.scn)
    if c.method == "rul":
        return RUL(expression, Embedding())
    if c.method == "eac":
        return EAC(expression, **c.eac)
    if not landmarks:
        raise UserError(
            "method=lanet needs landmarks, and the prepared data has none: run data.prepare again "
            "with --landmarks FILE --overwrite"
        )
    first_stage = 2 if c.landmarks.trunk == "shared_stem" else 1
    trunk = ResNet(c.model.depth, c.model.width, c.model.stem, first_stage, dtype)
    lateral = {18: 64, 50: 256}[c.model.depth]
    network = TwoBranch(expression, LandmarkNet(trunk, c.landmarks.head, landmarks, lateral))
    return LANet(network, LDE(**c.lde), EL(**c.el), c.loss.alpha, c.loss.beta)


def optimizer(c: Config, steps_per_epoch: int) -> optax.GradientTransformation:
    """Adam on the config's schedule.

    Args:
      c: resolved config.
      steps_per_epoch: of the run.

    Returns:
      The optimizer.
    """
    p = c.optim
    rising = round(p.warmup * steps_per_epoch)
    if p.schedule == "linear":
        rate = optax.linear_schedule(p.learning_rate, 0.0, p.epochs * steps_per_epoch - rising)
    else:
        rate = optax.exponential_decay(p.learning_rate, steps_per_epoch, p.decay, staircase=True)
    if rising:
        rise = optax.linear_schedule(p.learning_rate / rising, p.learning_rate, rising - 1)
        rate = optax.join_schedules([rise, rate], [rising])
    decay = optax.add_decayed_weights(p.weight_decay) if p.weight_decay else optax.identity()
    steps = [decay, optax.adam(rate)]
    if p.head_learning_rate:
        steps.append(optax.masked(optax.scale(p.head_learning_rate / p.learning_rate), _heads))
    return optax.chain(*steps)


def _heads(params: PyTree) -> PyTree:
    """Which parameters are of a layer named `fc`."""
    return jax.tree_util.tree_map_with_path(
        lambda path, _: any(part.key == "fc" for part in path), params
    )


def augmentation(c: Config, flip_index: tuple[int, ...]) -> Augment:
    """The training augmentation of batches.

    Args:
      c: resolved config.
      flip_index: of the landmark scheme; empty for data without landmarks.

    Returns:
      A function of (key, batch).
    """
    settings = Augmentation(flip_index=flip_index, **c.augment)

    def augment(key: Key, batch: Batch) -> Batch:
        image, landmarks, present = augment_batch(*_arguments(key, batch), settings)
        return {**batch, "image": image, "landmarks": landmarks, "present": present}

    def augment_twice(key: Key, batch: Batch) -> Batch:
        image, mirrored, landmarks, present = augment_batch_twice(*_arguments(key, batch), settings)
        augmented = {"image": image, "landmarks": landmarks, "present": present}
        return {**batch, **augmented, "mirrored": mirrored}

    return augment_twice if c.method == "eac" else augment


def _arguments(key: Key, batch: Batch) -> tuple[jax.Array, ...]:
    return key, batch["image"], batch["landmarks"], batch["present"]


def preprocessing(c: Config) -> Callable[[jax.Array], jax.Array]:
    """The preparation of images for evaluation."""
    a = c.augment
    return functools.partial(preprocess_batch, size=a.size, mean=a.mean, std=a.std)


def example(c: Config, given: Int[np.ndarray, "N"], m: Method) -> Example:
    """What the method must know of the data, the pretrained backbone included.

    Args:
      c: resolved config.
      given: labels of all training records.
      m: the method, whose backbone the pretrained weights must fit.

    Returns:
      The example, as host arrays.

    Raises:
      UserError: the weights do not fit.
    """
    bare = example_of_shape(c, given)
    if not c.model.pretrained:
        return bare
    params, stats = jax.eval_shape(m.init, jax.random.key(0), bare)
    backbone = params["expression"]["backbone"], stats["expression"]["backbone"]
    return bare._replace(pretrained=pretrained.load_backbone(c.model.pretrained, *backbone))


def example_of_shape(c: Config, given: Int[np.ndarray, "N"]) -> Example:
    """The example without pretrained weights: enough for shapes.

    Args:
      c: resolved config.
      given: labels; padded to a multiple of B, so that any number of devices shares them evenly.

    Returns:
      The example, as host arrays.
    """
    size, batch = c.augment.size, c.optim.batch_size
    padding = -len(given) % batch
    images = np.zeros((batch, size, size, 3), np.float32)
    return Example(images, np.pad(given, (0, padding), constant_values=-1).astype(np.int32))
