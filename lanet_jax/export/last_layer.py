"""Changes the layer of a network that gives its logits."""

import dataclasses
from typing import Any

from lanet_jax.methods.classifier import PART
from lanet_jax.trained.load import Trained
from lanet_jax.typing import PyTree


def of(trained: Trained) -> PyTree:
    """The weights of the layer `fc`, by name: kernel [D, C] and bias [C]."""
    return trained.params[PART]["fc"]


def replaced(trained: Trained, fc: PyTree, said: dict[str, Any]) -> Trained:
    """Puts other weights into the layer `fc`.

    Args:
      trained: the network.
      fc: the weights, named as in `of`.
      said: what its card says of the change.

    Returns:
      The network with these weights.
    """
    params = {**trained.params, PART: {**trained.params[PART], "fc": fc}}
    return dataclasses.replace(trained, params=params, card={**trained.card, **said})
