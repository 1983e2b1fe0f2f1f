"""The network as an ONNX graph of thirteen kinds of nodes, written from the named parameters.

Not traced: a converter would bring dozens of packages and cap the versions of ours, and its graph
would change with theirs.
"""

from typing import Any

import numpy as np
import onnx
from jaxtyping import Float
from onnx import TensorProto, helper, numpy_helper

from lanet_jax.checkpoint.metadata import Card
from lanet_jax.models.normalization import EPSILON
from lanet_jax.models.resnet import BLOCKS
from lanet_jax.trained.network import PART
from lanet_jax.typing import PyTree

INPUT, OUTPUT = "images", "probabilities"
OPSET, IR_VERSION = 17, 8  # of 2022: what reads ONNX at all reads these
_EMBEDDING_EPSILON = 2e-5  # of `models.classifiers.Embedding`


def model(params: PyTree, model_state: PyTree, card: Card) -> onnx.ModelProto:
    """Builds the graph: normalisation, ResNet and head, in float32.

    Args:
      params: of the network, host arrays.
      model_state: its running batch statistics.
      card: describes it.

    Returns:
      uint8 [batch, size, size, 3] to float32 [batch, C].
    """
    graph = _Graph()
    params, stats = params[PART], model_state[PART]
    last = _resnet(graph, _normalized(graph, card), params["backbone"], stats["backbone"], card)
    if card["method"] == "rul":
        features = _embedding(graph, last, params["mu"], stats["mu"])
    else:
        features = graph.add("Flatten", [graph.add("GlobalAveragePool", [last])], axis=1)
    logits = _linear(graph, features, **params["fc"])
    if card["method"] == "scn":
        scale = graph.add("Sigmoid", [_linear(graph, features, **params["importance"])])
        logits = graph.add("Mul", [scale, logits])
    graph.add("Softmax", [logits], OUTPUT, axis=1)
    side, classes = card["size"], len(card["classes"])
    built = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "lanet_jax",
            [helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["batch", side, side, 3])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", classes])],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="lanet_jax",
    )
    onnx.checker.check_model(built, full_check=True)
    return built


class _Graph:
    """Nodes and weights, named in the order of their making."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], output, **attributes))
        return output

    def weight(self, value: np.ndarray) -> str:
        name = f"weight_{len(self.weights)}"
        array = np.ascontiguousarray(value, np.float32)
        self.weights.append(numpy_helper.from_array(array, name))
        return name


def _normalized(graph: _Graph, card: Card) -> str:
    mean, std = np.array(card["mean"], np.float64), np.array(card["std"], np.float64)
    x = graph.add("Cast", [INPUT], to=TensorProto.FLOAT)
    x = graph.add("Mul", [x, graph.weight(1 / (255 * std))])
    x = graph.add("Sub", [x, graph.weight(mean / std)])
    return graph.add("Transpose", [x], perm=[0, 3, 1, 2])


def _resnet(graph: _Graph, x: str, params: PyTree, stats: PyTree, card: Card) -> str:
    x = graph.add("Relu", [_conv(graph, x, params["conv1"], params["bn1"], stats["bn1"], 2)])
    if card["stem"] == "imagenet":
        x = graph.add("MaxPool", [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    strided, convs = {18: (1, 2), 50: (2, 3)}[card["depth"]]
    for stage, blocks in enumerate(BLOCKS[card["depth"]], start=1):
        for block in range(blocks):
            stride = 2 if stage > 1 and block == 0 else 1
            p, s = (tree[f"layer{stage}"][str(block)] for tree in (params, stats))
            y = x
            for i in range(1, convs + 1):
                norm = f"bn{i}"
                step = stride if i == strided else 1
                y = _conv(graph, y, p[f"conv{i}"], p[norm], s[norm], step)
                y = y if i == convs else graph.add("Relu", [y])
            if "downsample" in p:
                p, s = p["downsample"], s["downsample"]
                x = _conv(graph, x, p["0"], p["1"], s["1"], stride)
            x = graph.add("Relu", [graph.add("Add", [x, y])])
    return x


def _conv(graph: _Graph, x: str, conv: PyTree, norm: PyTree, stats: PyTree, stride: int) -> str:
    """A convolution and the normalisation behind it, which is linear in inference."""
    scale, shift = _affine(stats, EPSILON, **norm)
    kernel = np.asarray(conv["kernel"], np.float64) * scale
    side = kernel.shape[0]
    return graph.add(
        "Conv",
        [x, graph.weight(kernel.transpose(3, 2, 0, 1)), graph.weight(shift)],
        kernel_shape=[side, side],
        strides=[stride, stride],
        pads=[side // 2] * 4,
    )


def _embedding(graph: _Graph, last: str, params: PyTree, stats: PyTree) -> str:
    """RUL's head: both normalisations go into the linear layer between them."""
    scale, shift = _affine(stats["bn1"], _EMBEDDING_EPSILON)
    kernel, bias = (np.asarray(params["linear"][name], np.float64) for name in ("kernel", "bias"))
    kernel = kernel.reshape(-1, len(scale), kernel.shape[-1])  # places, channels, features
    bias = bias + np.einsum("pdf,d->f", kernel, shift)
    kernel = kernel * scale[:, None]
    after, beyond = _affine(stats["bn2"], _EMBEDDING_EPSILON, **params["bn2"])
    # Here the map comes with its channels first.
    kernel = kernel.transpose(1, 0, 2).reshape(-1, kernel.shape[-1]) * after
    flat = graph.add("Flatten", [last], axis=1)
    return _linear(graph, flat, kernel, bias * after + beyond)


def _linear(graph: _Graph, x: str, kernel: np.ndarray, bias: np.ndarray) -> str:
    return graph.add("Gemm", [x, graph.weight(kernel), graph.weight(bias)])


def _affine(
    stats: PyTree, epsilon: float, scale: np.ndarray | float = 1.0, bias: np.ndarray | float = 0.0
) -> tuple[Float[np.ndarray, "D"], Float[np.ndarray, "D"]]:
    """A normalisation by running statistics as x * factor + shift."""
    mean, variance = (np.asarray(stats[name], np.float64) for name in ("mean", "var"))
    factor = np.asarray(scale, np.float64) / np.sqrt(variance + epsilon)
    return factor, np.asarray(bias, np.float64) - mean * factor
