"""From the config to the method, its optimizer and its augmentation."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Int

from lanet_jax.augment.compose import Augmentation, augment_batch, preprocess_batch
from lanet_jax.checkpoint import pretrained
from lanet_jax.errors import UserError
from lanet_jax.from_config.config import Config, head_width
from lanet_jax.from_config.data import Data
from lanet_jax.methods.ce import CE
from lanet_jax.methods.eac import EAC
from lanet_jax.methods.frozen import Frozen
from lanet_jax.methods.lanet import LANet
from lanet_jax.methods.lanet_settings import EL, LDE, LossWeights
from lanet_jax.methods.method import Example, Method
from lanet_jax.methods.rul import RUL
from lanet_jax.methods.scn import SCN
from lanet_jax.models import backbones
from lanet_jax.models.backbones import Backbone
from lanet_jax.models.classifiers import Embedding
from lanet_jax.models.landmarks import LandmarkNet
from lanet_jax.models.two_branch import TwoBranch
from lanet_jax.trained import network as trained_network
from lanet_jax.typing import Augment, Batch, Key, PyTree


def method(c: Config, classes: int, landmarks: int, label_shares: tuple[float, ...] = ()) -> Method:
    """Builds the method to train.

    Args:
      c: resolved config.
      classes: number of classes, C.
      landmarks: number of landmarks, L, which LA-Net may learn.
      label_shares: see `lde.bank.stands_for`; only training needs them.

    Returns:
      The method with its networks.

    Raises:
      UserError: nothing builds this method.
    """
    frozen, dtype = c.model.frozen_stages, jnp.dtype(c.precision)
    backbone = backbones.make(c.model, frozen + 1, dtype=dtype)
    trained = _trained(c, backbone, classes, landmarks, label_shares)
    return Frozen(backbones.make(c.model, 1, frozen, dtype), trained) if frozen else trained


def _trained(
    c: Config, backbone: Backbone, classes: int, landmarks: int, label_shares: tuple[float, ...]
) -> Method:
    """The method behind the frozen stages."""
    expression = trained_network.network(c.method, backbone, classes)
    if c.method == "ce":
        return CE(expression)
    if c.method == "scn":
        return SCN(expression, **c.scn)
    if c.method == "rul":
        return RUL(expression, Embedding())
    if c.method == "eac":
        return EAC(expression, **c.eac)
    if c.method != "lanet":
        raise UserError(
            f"method={c.method}: nothing builds it; add it to `_trained` in "
            "lanet_jax/from_config/training.py"
        )
    landmark = _landmark_net(c, backbone, landmarks) if c.landmarks.enabled else None
    network = TwoBranch(expression, landmark)  # type: ignore[arg-type]  # a Linen module
    framed = landmark is not None and c.landmarks.frame == "face"
    return LANet(network, LDE(**c.lde), EL(**c.el), LossWeights(**c.loss), framed, label_shares)


def _landmark_net(c: Config, backbone: Backbone, landmarks: int) -> LandmarkNet:
    # Frozen stages are shared whatever the config says about the trunk.
    first_stage = max(backbone.first_stage, 2 if c.landmarks.trunk == "shared_stem" else 1)
    trunk = backbones.make(c.model, first_stage, dtype=backbone.dtype)  # type: ignore[attr-defined]  # a Linen module
    return LandmarkNet(trunk, c.landmarks.head, landmarks, head_width(c))  # type: ignore[arg-type]  # a Linen module


def optimizer(c: Config, steps_per_epoch: int) -> optax.GradientTransformation:
    """Builds Adam with the config's schedule.

    Args:
      c: resolved config.
      steps_per_epoch: number of steps per epoch of the run.

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
    """Marks the parameters of layers named `fc`."""
    return jax.tree_util.tree_map_with_path(
        lambda path, _: any(part.key == "fc" for part in path), params
    )


def augmentation(c: Config, flip_index: tuple[int, ...], framed: bool = False) -> Augment:
    """Builds the training augmentation.

    Args:
      c: resolved config.
      flip_index: flip index of the landmark scheme; empty for data without landmarks.
      framed: whether landmarks are in the face's frame, where no crop or mirror changes them.

    Returns:
      A function of (key, batch).
    """
    settings = Augmentation(
        flip_index=() if framed else flip_index,
        keep_outside=c.landmarks.head == "heatmap",
        **c.augment,
    )

    def augment_image(key: Key, batch: Batch) -> Batch:
        none = batch["landmarks"][:, :0], batch["present"][:, :0]
        image, *_ = augment_batch(key, batch["image"], *none, settings)
        return {**batch, "image": image}

    def augment(key: Key, batch: Batch) -> Batch:
        image, mirrored, landmarks, present = augment_batch(
            key, batch["image"], batch["landmarks"], batch["present"], settings
        )
        first: Batch = {**batch, "image": image, "landmarks": landmarks, "present": present}
        return {**first, "mirrored": mirrored} if c.method == "eac" else first

    return augment_image if framed else augment


def preprocessing(c: Config) -> Callable[[jax.Array], jax.Array]:
    """Builds the preparation of images for evaluation, uint8 to normalised."""
    a = c.augment
    return functools.partial(
        preprocess_batch, size=a.size, mean=a.mean, std=a.std, resample=a.resample
    )


def example(c: Config, data: Data, resumed: bool = False) -> Example:
    """What a method is initialised with, including a pretrained backbone.

    Args:
      c: resolved config.
      data: records and labels, with the frame of the landmarks.
      resumed: whether only shapes are wanted; pretrained weights are then not read.

    Returns:
      The example, as host arrays.

    Raises:
      UserError: the pretrained weights do not fit the backbone.
    """
    bare = example_of_shape(c, data.given)
    if data.framed:
        bare = bare._replace(frame=data.framed.frame)
    if resumed or not c.model.pretrained:
        return bare
    whole = backbones.make(c.model)
    shapes = backbones.shapes(whole, c.augment.size)
    path = pretrained.find(c.model.pretrained)
    return bare._replace(pretrained=pretrained.load_backbone(path, *shapes, whole.left_out))


def example_of_shape(c: Config, given: Int[np.ndarray, " N"]) -> Example:
    """The example without pretrained weights: enough for shapes.

    Args:
      c: resolved config.
      given: observed labels; padded to a multiple of B, so that devices share them evenly.

    Returns:
      The example, as host arrays.
    """
    size, batch = c.augment.size, c.optim.batch_size
    padding = -len(given) % batch
    images = np.zeros((batch, size, size, 3), np.float32)
    return Example(images, np.pad(given, (0, padding), constant_values=-1).astype(np.int32))  # type: ignore[arg-type]  # for its shapes alone
