"""Nodes of an ONNX graph, and the layers that every backbone is made of."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from jaxtyping import Float
from onnx import helper, numpy_helper

from lanet_jax.models.normalization import EPSILON
from lanet_jax.typing import PyTree


class Graph:
    """Nodes and weights, numbered in the order in which they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        """Adds a node and returns the name of its output."""
        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def weight(self, value: np.ndarray) -> str:
        """Stores an array in 32 bits and returns its name."""
        return self._constant(np.ascontiguousarray(value, np.float32))

    def pad(self, x: str, after: Sequence[int], mode: str) -> str:
        """Pads the end of each axis with zeros, or (mode "edge") with its last values."""
        pads = self._constant(np.array([0] * len(after) + list(after), np.int64))
        return self.add("Pad", [x, pads], mode=mode)

    def _constant(self, value: np.ndarray) -> str:
        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(value, name))
        return name


def conv(
    graph: Graph,
    x: str,
    conv: PyTree,
    norm: PyTree,
    stats: PyTree,
    stride: int,
    pads: Sequence[int] = (),
) -> str:
    """A convolution and the normalisation behind it, which is linear in inference.

    Args:
      graph: gets the nodes.
      x: name of the map.
      conv: parameters of the convolution.
      norm: scale and bias of the normalisation.
      stats: its running statistics.
      stride: stride along both axes.
      pads: top, left, bottom, right; empty for half the kernel everywhere.

    Returns:
      Name of the result.
    """
    scale, shift = affine(stats, EPSILON, **norm)
    kernel = np.asarray(conv["kernel"], np.float64) * scale
    side = kernel.shape[0]
    return graph.add(
        "Conv",
        [x, graph.weight(kernel.transpose(3, 2, 0, 1)), graph.weight(shift)],
        kernel_shape=[side, side],
        strides=[stride, stride],
        pads=list(pads or [side // 2] * 4),
    )


def affine(
    stats: PyTree, epsilon: float, scale: np.ndarray | float = 1.0, bias: np.ndarray | float = 0.0
) -> tuple[Float[np.ndarray, " D"], Float[np.ndarray, " D"]]:
    """Factor and shift of a normalisation by running statistics, as x * factor + shift."""
    mean, variance = (np.asarray(stats[name], np.float64) for name in ("mean", "var"))
    factor = np.asarray(scale, np.float64) / np.sqrt(variance + epsilon)
    return factor, np.asarray(bias, np.float64) - mean * factor
