"""Networks as pure functions of their variables."""

from typing import Any

import flax.linen as nn
import jax

from lanet_jax.typing import Key


def draw(network: nn.Module, key: Key, x: jax.Array) -> dict[str, Any]:
    """Draws a network's variables.

    Args:
      network: a module, called with (x, train).
      key: random key.
      x: input, images or a map.

    Returns:
      {"params", "batch_stats"}; the latter is empty for a network without running statistics.
    """
    return {"batch_stats": {}, **network.init(key, x, False)}


def unless_empty(name: str, tree: Any) -> dict[str, Any]:
    """A part of a tree; nothing if it is empty, as checkpoints keep no empty tree in another."""
    return {name: tree} if tree else {}


def apply(
    network: nn.Module,
    params: Any,
    stats: Any,
    x: jax.Array,
    train: bool,
    dropout: Key | None = None,
) -> tuple[Any, Any]:
    """Runs a network as a pure function.

    Args:
      network: a module of this package.
      params: the network's parameters, as nested dicts of arrays.
      stats: its running batch statistics.
      x: input, images or a map.
      train: whether to use the batch's statistics and update the running ones.
      dropout: random key for dropout in training; None for a network without dropout.

    Returns:
      The network's output, and its (updated) running statistics.
    """
    variables = {"params": params, "batch_stats": stats}
    if not train:
        return network.apply(variables, x, False), stats
    rngs = None if dropout is None else {"dropout": dropout}
    output, updated = network.apply(variables, x, True, rngs=rngs, mutable=["batch_stats"])
    return output, updated.get("batch_stats", {})
