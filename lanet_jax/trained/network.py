"""Builds a trained network from its card alone."""

import functools
from collections.abc import Callable

import flax.linen as nn
import jax
import jax.numpy as jnp
from flax.traverse_util import flatten_dict, unflatten_dict

from lanet_jax.augment.compose import preprocess_batch
from lanet_jax.checkpoint.checks import check_shapes
from lanet_jax.checkpoint.metadata import Card, completed
from lanet_jax.errors import UserError
from lanet_jax.methods.classifier import OneClassifier
from lanet_jax.methods.frozen import Frozen
from lanet_jax.methods.method import Example, Predicts
from lanet_jax.models import backbones
from lanet_jax.models.backbones import Backbone
from lanet_jax.models.classifiers import (
    Classifier,
    Embedding,
    EmbeddingClassifier,
    ImportanceClassifier,
)
from lanet_jax.typing import PyTree

SHARE_CLASSIFIER = ("ce", "eac", "lanet")  # methods without a head of their own


def network(method: str, backbone: Backbone, classes: int) -> nn.Module:
    """Builds the network that a method uses at inference.

    Args:
      method: name of the method, as in `config.method`.
      backbone: the backbone, see `backbones.Backbone`.
      classes: number of classes, C.

    Returns:
      A network that is called with (images, train); returns logits, features and one more output.

    Raises:
      UserError: no network is known for this method.
    """
    if method == "scn":
        return ImportanceClassifier(backbone, classes)  # type: ignore[arg-type]  # a Linen module
    if method == "rul":
        return EmbeddingClassifier(backbone, Embedding(), classes)  # type: ignore[arg-type]  # a Linen module
    if method in SHARE_CLASSIFIER:
        return Classifier(backbone, classes)  # type: ignore[arg-type]  # a Linen module
    raise UserError(
        f"method={method}: which network it has is not known; add it to `network`, or to "
        "SHARE_CLASSIFIER, in lanet_jax/trained/network.py"
    )


def method(card: Card) -> Predicts:
    """Builds the method that predicts.

    Args:
      card: complete card, see `metadata.wrong_keys`.

    Returns:
      The method, without weights.
    """
    card = completed(card)
    dtype, frozen = jnp.dtype(card["precision"]), card["frozen_stages"]
    backbone = backbones.make(card, frozen + 1, dtype=dtype)
    trained = OneClassifier(network(card["method"], backbone, len(card["classes"])))
    return Frozen(backbones.make(card, 1, frozen, dtype), trained) if frozen else trained  # type: ignore[arg-type]  # it never trains


def preprocessing(card: Card) -> Callable[[jax.Array], jax.Array]:
    """Builds the preparation of images, uint8 to normalised, as in the evaluation of training."""
    mean, std = tuple(card["mean"]), tuple(card["std"])
    return functools.partial(
        preprocess_batch, size=card["size"], mean=mean, std=std, resample=card["resample"]
    )


def shapes(card: Card) -> dict[str, PyTree]:
    """Computes the shapes and types of the network's arrays.

    Args:
      card: card with every key, see `metadata.completed`.

    Returns:
      {"params", "model_state"}, as in `states.inference_part`.
    """
    images = jnp.zeros((1, card["size"], card["size"], 3))
    init = functools.partial(method(card).init, example=Example(images, jnp.zeros(1, jnp.int32)))
    params, state = jax.eval_shape(init, jax.random.key(0))
    return {"params": params, "model_state": state}


def fitted(params: PyTree, model_state: PyTree, card: Card, where: str) -> tuple[PyTree, PyTree]:
    """Fits arrays that were read from a file to the network that the card describes.

    Args:
      params: parameters, as nested dicts of arrays.
      model_state: running batch statistics, as nested dicts of arrays.
      card: card with every key, see `metadata.completed`.
      where: start of the error: the file.

    Returns:
      Both, with the network's empty parts, which files do not keep: those of a backbone without
      running statistics.

    Raises:
      UserError: arrays are missing, extra or of another shape (all are named).
    """
    like = shapes(card)
    found = flatten_dict({"params": params, "model_state": model_state}, sep="/")
    check_shapes(
        {name: leaf.shape for name, leaf in found.items()},
        {name: leaf.shape for name, leaf in flatten_dict(like, sep="/").items()},
        f"{where}: does not hold the network that its card describes",
        "take both from one export",
    )
    whole = {**flatten_dict(like, keep_empty_nodes=True, sep="/"), **found}
    tree = unflatten_dict(whole, sep="/")
    return tree["params"], tree["model_state"]
