"""From the card of a trained network to the network: nothing else is needed to predict."""

import functools
from collections.abc import Callable

import flax.linen as nn
import jax
import jax.numpy as jnp
from flax.traverse_util import flatten_dict

from lanet_jax.augment.compose import preprocess_batch
from lanet_jax.checkpoint.checks import check_shapes
from lanet_jax.checkpoint.metadata import Card, completed
from lanet_jax.methods.classifier import OneClassifier
from lanet_jax.methods.frozen import Frozen
from lanet_jax.methods.method import Example, Predicts
from lanet_jax.models import backbones
from lanet_jax.models.backbones import Backbone
from lanet_jax.models.classifiers import Embedding, EmbeddingClassifier, ImportanceClassifier
from lanet_jax.models.resnet import Classifier
from lanet_jax.typing import PyTree


def network(method: str, backbone: Backbone, classes: int) -> nn.Module:
    """What is left of a method at inference.

    Args:
      method: its name.
      backbone: gives the maps of its stages.
      classes: number of classes, C.

    Returns:
      A network that is called with (images, train) and gives logits, features and something more.
    """
    if method == "scn":
        return ImportanceClassifier(backbone, classes)  # type: ignore[arg-type]  # a Linen module
    if method == "rul":
        return EmbeddingClassifier(backbone, Embedding(), classes)  # type: ignore[arg-type]  # a Linen module
    return Classifier(backbone, classes)  # type: ignore[arg-type]  # a Linen module


def method(card: Card) -> Predicts:
    """What predicts.

    Args:
      card: complete, see `metadata.wrong_keys`.

    Returns:
      It, without weights.
    """
    card = completed(card)
    dtype, frozen = jnp.dtype(card["precision"]), card["frozen_stages"]
    backbone = backbones.make(card, frozen + 1, dtype=dtype)
    trained = OneClassifier(network(card["method"], backbone, len(card["classes"])))
    return Frozen(backbones.make(card, 1, frozen, dtype), trained) if frozen else trained  # type: ignore[arg-type]  # it never trains


def preprocessing(card: Card) -> Callable[[jax.Array], jax.Array]:
    """The preparation of uint8 images, as in training's evaluation."""
    mean, std = tuple(card["mean"]), tuple(card["std"])
    return functools.partial(
        preprocess_batch, size=card["size"], mean=mean, std=std, resample=card["resample"]
    )


def shapes(card: Card) -> dict[str, PyTree]:
    """Shapes and types of the network's arrays.

    Args:
      card: complete.

    Returns:
      {"params", "model_state"}, as `states.inference_part` makes them.
    """
    images = jnp.zeros((1, card["size"], card["size"], 3))
    init = functools.partial(method(card).init, example=Example(images, jnp.zeros(1, jnp.int32)))
    params, state = jax.eval_shape(init, jax.random.key(0))
    return {"params": params, "model_state": state}


def check(params: PyTree, model_state: PyTree, card: Card, where: str) -> None:
    """Compares arrays with the network that the card describes.

    Args:
      params: nested dicts of arrays.
      model_state: likewise.
      card: complete.
      where: start of the error: the file.

    Raises:
      UserError: names every missing, extra and wrong-shape array.
    """
    found, expected = (
        {name: leaf.shape for name, leaf in flatten_dict(tree, sep="/").items()}
        for tree in ({"params": params, "model_state": model_state}, shapes(card))
    )
    check_shapes(
        found,
        expected,
        f"{where}: does not hold the network that its card describes",
        "take both from one export",
    )
