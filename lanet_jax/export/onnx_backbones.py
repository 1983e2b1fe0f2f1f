"""The backbones as ONNX nodes, one function for each family."""

from lanet_jax.checkpoint.metadata import Card
from lanet_jax.export.onnx_layers import Graph, conv
from lanet_jax.models.face29 import STAGES
from lanet_jax.models.resnet import BLOCKS
from lanet_jax.typing import PyTree


def resnet(graph: Graph, x: str, params: PyTree, stats: PyTree, card: Card) -> str:
    """Adds the nodes of a `ResNet`.

    Args:
      graph: gets the nodes.
      x: name of the normalised images.
      params: parameters of the backbone.
      stats: its running batch statistics.
      card: card of the network, which names its depth and stem.

    Returns:
      Name of the last map.
    """
    x = graph.add("Relu", [conv(graph, x, params["conv1"], params["bn1"], stats["bn1"], 2)])
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
                y = conv(graph, y, p[f"conv{i}"], p[norm], s[norm], step)
                y = y if i == convs else graph.add("Relu", [y])
            if "downsample" in p:
                p, s = p["downsample"], s["downsample"]
                x = conv(graph, x, p["0"], p["1"], s["1"], stride)
            x = graph.add("Relu", [graph.add("Add", [x, y])])
    return x


def face29(graph: Graph, x: str, params: PyTree, stats: PyTree, card: Card) -> str:
    """Adds the nodes of a `Face29`; arguments and result as for `resnet`."""
    stem = conv(graph, x, params["conv1"], params["bn1"], stats["bn1"], 2, [0] * 4)
    x = graph.add("MaxPool", [graph.add("Relu", [stem])], kernel_shape=[3, 3], strides=[2, 2])
    side = ((card["size"] - 7) // 2 + 1 - 3) // 2 + 1
    for stage, blocks in enumerate(STAGES[card["blocks"]], start=1):
        for block in range(blocks):
            p, s = (tree[f"layer{stage}"][str(block)] for tree in (params, stats))
            down, odd = stage > 1 and block == 0, side % 2
            first = (2, (0, 0, 1 + odd, 1 + odd)) if down else (1, ())
            y = graph.add("Relu", [conv(graph, x, p["conv1"], p["bn1"], s["bn1"], *first)])
            y = conv(graph, y, p["conv2"], p["bn2"], s["bn2"], 1)
            if down:
                x = graph.pad(x, (0, 0, odd, odd), "edge")
                x = graph.add("AveragePool", [x], kernel_shape=[2, 2], strides=[2, 2])
                into, out = p["conv1"]["kernel"].shape[2:]
                x = graph.pad(x, (0, out - into, 0, 0), "constant")
                side = -(-side // 2)
            x = graph.add("Relu", [graph.add("Add", [x, y])])
    return x


WRITERS = {"resnet": resnet, "face29": face29}
