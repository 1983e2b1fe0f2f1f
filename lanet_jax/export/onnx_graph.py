"""The network as an ONNX graph of fifteen kinds of nodes, written from the named parameters.

It is not traced: a converter would bring dozens of packages that restrict the versions of ours,
and its graph would change with their versions.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper

from lanet_jax.checkpoint.metadata import Card, completed
from lanet_jax.errors import UserError
from lanet_jax.export.onnx_backbones import WRITERS
from lanet_jax.export.onnx_layers import Graph, affine
from lanet_jax.methods import frozen
from lanet_jax.methods.classifier import PART
from lanet_jax.models.classifiers import EMBEDDING_EPSILON
from lanet_jax.trained.network import SHARE_CLASSIFIER
from lanet_jax.typing import PyTree

INPUT, OUTPUT = "images", "probabilities"
OPSET, IR_VERSION = 17, 8  # of 2022: what reads ONNX at all reads these


def model(params: PyTree, model_state: PyTree, card: Card) -> onnx.ModelProto:
    """Builds the graph: normalisation, backbone and head, in float32.

    Args:
      params: parameters of the network, host arrays.
      model_state: its running batch statistics.
      card: card of the network: input size, normalisation, classes.

    Returns:
      uint8 [batch, size, size, 3] to float32 [batch, C].

    Raises:
      UserError: the network's family has no writer, or its method's head has none.
    """
    graph, card = Graph(), completed(card)
    below = model_state.get(frozen.PART, {"params": {}, "batch_stats": {}})
    params, stats = params[PART], model_state[PART]
    backbone = (
        {**below["params"], **params["backbone"]},
        # A backbone without running statistics has no part there, see `pure.unless_empty`.
        {**below["batch_stats"], **stats.get("backbone", {})},
    )
    writer = WRITERS.get(card["family"])
    if writer is None:
        raise UserError(
            f"model.family={card['family']} has no ONNX writer: add one to WRITERS in "
            "lanet_jax/export/onnx_backbones.py, or take --format=safetensors or stablehlo"
        )
    if card["method"] not in (*SHARE_CLASSIFIER, "scn", "rul"):
        raise UserError(
            f"method={card['method']} has no ONNX head: add it to `model` in "
            "lanet_jax/export/onnx_graph.py, or take --format=safetensors or stablehlo"
        )
    last = writer(graph, _normalized(graph, card), *backbone, card)
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


def _normalized(graph: Graph, card: Card) -> str:
    mean, std = np.array(card["mean"], np.float64), np.array(card["std"], np.float64)
    x = graph.add("Cast", [INPUT], to=TensorProto.FLOAT)
    x = graph.add("Mul", [x, graph.weight(1 / (255 * std))])
    x = graph.add("Sub", [x, graph.weight(mean / std)])
    return graph.add("Transpose", [x], perm=[0, 3, 1, 2])


def _embedding(graph: Graph, last: str, params: PyTree, stats: PyTree) -> str:
    """RUL's head, with both normalisations folded into the linear layer between them."""
    scale, shift = affine(stats["bn1"], EMBEDDING_EPSILON)
    kernel, bias = (np.asarray(params["linear"][name], np.float64) for name in ("kernel", "bias"))
    kernel = kernel.reshape(-1, len(scale), kernel.shape[-1])  # places, channels, features
    bias = bias + np.einsum("pdf,d->f", kernel, shift)
    kernel = kernel * scale[:, None]
    after, beyond = affine(stats["bn2"], EMBEDDING_EPSILON, **params["bn2"])
    # Here the map comes with its channels first.
    kernel = kernel.transpose(1, 0, 2).reshape(-1, kernel.shape[-1]) * after
    flat = graph.add("Flatten", [last], axis=1)
    return _linear(graph, flat, kernel, bias * after + beyond)


def _linear(graph: Graph, x: str, kernel: np.ndarray, bias: np.ndarray) -> str:
    return graph.add("Gemm", [x, graph.weight(kernel), graph.weight(bias)])
