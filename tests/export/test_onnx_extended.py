"""The ONNX export of families and methods that are not the package's own."""

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.models import backbones
from lanet_jax.recipes import PUBLISHED
from tests import plain_family
from tests.export.networks import card, network, probabilities


def test_a_family_without_an_onnx_writer_is_one_line(monkeypatch):
    pytest.importorskip("onnx")
    from lanet_jax.export import onnx_graph

    own = card("ce", 18, "small", 24)
    monkeypatch.setattr(onnx_graph, "WRITERS", {})
    with pytest.raises(UserError, match=r"model\.family=resnet has no ONNX writer: add one"):
        onnx_graph.model(*network(own), own)


def test_a_method_without_an_onnx_head_is_one_line(monkeypatch):
    pytest.importorskip("onnx")
    from lanet_jax.export import onnx_graph

    own = card("ce", 18, "small", 24)
    params, state = network(own)
    with pytest.raises(UserError, match=r"method=new has no ONNX head: .*export/onnx_graph\.py"):
        onnx_graph.model(params, state, own | {"method": "new"})


def _plain_nodes(graph, x, params, stats, card):
    assert not stats
    for stage, side in ((1, 4), (2, 2)):
        conv, norm = (params[f"{name}{stage}"] for name in ("conv", "norm"))
        kernel = graph.weight(conv["kernel"].transpose(3, 2, 0, 1))
        x = graph.add("Conv", [x, kernel, graph.weight(conv["bias"])], strides=[side, side])
        x = graph.add("Transpose", [x], perm=[0, 2, 3, 1])
        x = graph.add(
            "LayerNormalization",
            [x, graph.weight(norm["scale"]), graph.weight(norm["bias"])],
            epsilon=1e-6,
        )
        x = graph.add("Relu", [graph.add("Transpose", [x], perm=[0, 3, 1, 2])])
    return x


@pytest.mark.parametrize(("method", "frozen"), [*((name, 0) for name in PUBLISHED), ("lanet", 1)])
def test_a_family_without_running_statistics_has_an_onnx_graph(method, frozen, monkeypatch):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    from lanet_jax.export import onnx_graph

    monkeypatch.setitem(backbones.FAMILIES, "plain", plain_family.FAMILY)
    own = card(method, 0, "", 16) | {"family": "plain", "frozen_stages": frozen}
    params, state = network(own)
    with pytest.raises(UserError, match=r"model\.family=plain has no ONNX writer"):
        onnx_graph.model(params, state, own)
    monkeypatch.setitem(onnx_graph.WRITERS, "plain", _plain_nodes)
    graph = onnx_graph.model(params, state, own).SerializeToString()
    session = runtime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    images = np.random.default_rng(2).integers(0, 256, (3, 16, 16, 3), np.uint8)
    (found,) = session.run(None, {onnx_graph.INPUT: images})
    np.testing.assert_allclose(found, probabilities(own, params, state, images), rtol=1e-4)
