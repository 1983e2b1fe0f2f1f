"""Exported networks give the probabilities of ours, and need nothing of ours to be run."""

import json
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest

from lanet_jax.checkpoint import model_file
from lanet_jax.devices import mesh
from lanet_jax.errors import UserError
from lanet_jax.export import __main__ as command
from lanet_jax.export import exported
from lanet_jax.shipped import SHIPPED
from lanet_jax.trained.load import load
from tests.export.networks import CLASSES, card, network, probabilities


@pytest.fixture(scope="module")
def rul(tmp_path_factory):
    """A model file, whose head is the one that knows the size of the map."""
    own = card("rul", 18, "small", 40)
    path = tmp_path_factory.mktemp("rul") / "rul.safetensors"
    model_file.write(path, *network(own), {**own, "step": 9})
    return path


@pytest.fixture(scope="module")
def asked(rul):
    """Three images, and what our own network says of them."""
    images = np.random.default_rng(1).integers(0, 256, (3, 40, 40, 3), np.uint8)
    params, state, own = model_file.read(rul)
    expected = probabilities(own, params, state, images)
    assert np.ptp(np.log(expected), axis=0).max() > 0.1  # or any network would do
    return images, expected


FRESH = """
import sys
sys.modules["lanet_jax"] = sys.modules["flax"] = None
import numpy as np
from jax import export
folder = sys.argv[1]
read = export.deserialize(bytearray(open(f"{folder}/net.stablehlo", "rb").read()))
images = np.load(f"{folder}/images.npy")
np.save(f"{folder}/found.npy", np.concatenate([read.call(images), read.call(images[:1])]))
"""


def test_stablehlo_runs_in_a_fresh_process_without_this_package(rul, asked, tmp_path, capsys):
    images, expected = asked
    command.export(rul, "stablehlo", out=tmp_path / "net.stablehlo")
    assert "log probabilities differ by" in capsys.readouterr().out
    np.save(tmp_path / "images.npy", images)
    subprocess.run(
        [sys.executable, "-I", "-c", FRESH, str(tmp_path)], cwd=tmp_path, check=True, timeout=120
    )
    found = np.load(tmp_path / "found.npy")
    np.testing.assert_allclose(found, [*expected, expected[0]], atol=1e-5)
    own = json.loads((tmp_path / "net.stablehlo.json").read_text())
    assert own["input"]["shape"] == ["batch", 40, 40, 3] and own["input"]["type"] == "uint8"
    assert own["output"]["shape"] == ["batch", 4] and own["classes"] == CLASSES
    assert own["platforms"] == ["cpu", "cuda", "tpu"]
    assert (own["step"], own["format"]) == (9, "stablehlo") and "sha256" not in own
    assert own["exported"].endswith("+00:00")


@pytest.mark.parametrize(
    ("method", "depth", "stem", "size", "more"),
    [  # odd sides, where a padding on the wrong side would show
        *(("ce", 18, "small", 37, {}), ("scn", 18, "imagenet", 45, {"frozen_stages": 2})),
        *(("lanet", 50, "imagenet", 64, {}), ("eac", 18, "small", 32, {})),
        ("rul", 18, "small", 40, {}),
        # Maps of 18, 9, 5, 3 and 2 places a side.
        ("lanet", 0, "", 80, {"family": "face29", "blocks": 14, "frozen_stages": 1}),
        ("ce", 0, "", 50, {"family": "face29", "blocks": 13}),  # 10, 5, 3 and 2
    ],
)
def test_the_onnx_graph_gives_our_probabilities(method, depth, stem, size, more):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    from lanet_jax.export import onnx_graph

    own = card(method, depth, stem, size) | more
    params, state = network(own)
    graph = onnx_graph.model(params, state, own).SerializeToString()
    session = runtime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    images = np.random.default_rng(2).integers(0, 256, (3, size, size, 3), np.uint8)
    images[0, : size // 2] //= 4
    expected = probabilities(own, params, state, images)
    assert np.ptp(np.log(expected), axis=0).max() > 0.01
    for rows in (slice(3), slice(1, 2)):
        (found,) = session.run(None, {onnx_graph.INPUT: images[rows]})
        # Softmax hides what is wrong where it says 0 or 1.
        np.testing.assert_allclose(np.log(found), np.log(expected[rows]), rtol=1e-4, atol=1e-4)


def test_onnx_is_written_with_its_card(rul, asked, tmp_path, monkeypatch, capsys):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    monkeypatch.chdir(tmp_path)
    command.main([f"--workdir={rul}", "--format=onnx", "--out=sub/net.onnx"])
    assert "log probabilities differ by" in capsys.readouterr().out
    session = runtime.InferenceSession("sub/net.onnx", providers=["CPUExecutionProvider"])
    own = json.loads((tmp_path / "sub" / "net.onnx.json").read_text())
    images, expected = asked
    (found,) = session.run([own["output"]["name"]], {own["input"]["name"]: images})
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert json.loads(session.get_modelmeta().custom_metadata_map["classes"]) == CLASSES
    assert sorted(p.name for p in (tmp_path / "sub").iterdir()) == ["net.onnx", "net.onnx.json"]


def test_the_card_tells_grey_and_the_precision_of_the_export(tmp_path):
    own = card("ce", 18, "small", 8, 2) | {"grey": True, "precision": "bfloat16", "step": 9}
    model_file.write(tmp_path / "net.safetensors", *network(own), own)
    out = tmp_path / "net.stablehlo"
    command.main(
        [f"--workdir={tmp_path / 'net.safetensors'}", "--format=stablehlo", f"--out={out}"]
    )
    found = json.loads(exported.card_of(out).read_text())
    assert found["precision"] == "float32"
    assert found["input"]["meaning"].endswith("applied inside; grey: three equal channels")


def test_onnx_that_disagrees_leaves_nothing(rul, tmp_path, monkeypatch):
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from lanet_jax.export import onnx_layers

    monkeypatch.setattr(onnx_layers, "EPSILON", 0.001)
    with pytest.raises(UserError, match=r"off those of JAX.*nothing was written"):
        command.export(rul, "onnx", out=tmp_path / "net.onnx")
    assert not list(tmp_path.iterdir())


def test_without_onnxruntime_it_says_that_nothing_was_compared(rul, tmp_path, monkeypatch, capsys):
    pytest.importorskip("onnx")
    real = exported.importlib.util.find_spec

    def without(*absent):
        spec = lambda name: None if name in absent else real(name)  # noqa: E731
        monkeypatch.setattr(exported.importlib.util, "find_spec", spec)

    without("onnxruntime")
    command.export(rul, "onnx", out=tmp_path / "net.onnx")
    assert "not compared with JAX" in capsys.readouterr().out
    without("onnx")
    with pytest.raises(UserError, match=r"pip install 'lanet_jax\[onnx\]'"):
        command.export(rul, "onnx", out=tmp_path / "other.onnx")
    assert not (tmp_path / "other.onnx").exists()


def test_safetensors_reads_back(rul, asked):
    out = command.export(rul, "safetensors")
    assert out == rul.parent / "export" / "safetensors" / "model.safetensors"
    trained = load(out, "last", mesh.make(1, jax.devices()[:1]))
    assert trained.step == 9 and trained.card["program"].startswith("lanet_jax ")
    found, _ = trained.predict(trained.params, trained.model_state, asked[0])
    np.testing.assert_allclose(found, asked[1], atol=1e-6)


def test_the_bundled_network_goes_by_its_name(tmp_path):
    with pytest.raises(UserError, match=r"bundled needs --out=FILE\.safetensors"):
        command.export(Path("bundled"), "safetensors")
    out = command.export(Path("bundled"), "safetensors", out=tmp_path / "net.safetensors")
    for found, kept in zip(model_file.read(out)[:2], model_file.read(SHIPPED)[:2], strict=True):
        jax.tree.map(np.testing.assert_array_equal, found, kept)


def test_half_the_size_says_nearly_the_same(rul, asked, tmp_path):
    whole, half = (
        command.export(rul, "safetensors", out=tmp_path / f"{half}.safetensors", half=half)
        for half in (False, True)
    )
    assert half.stat().st_size < 0.6 * whole.stat().st_size
    trained = load(half, "last", mesh.make(1, jax.devices()[:1]))
    found, _ = trained.predict(trained.params, trained.model_state, asked[0])
    np.testing.assert_allclose(np.log(found), np.log(asked[1]), atol=0.02)
    assert np.abs(found - asked[1]).max() > 0  # or nothing was rounded
    with pytest.raises(UserError, match="--half"):
        command.export(rul, "onnx", out=tmp_path / "net.onnx", half=True)


def test_names_that_would_mislead_are_refused(rul, tmp_path):
    with pytest.raises(UserError, match=r"NAME\.onnx"):
        command.export(rul, "onnx", out=tmp_path / "net.stablehlo")
    with pytest.raises(UserError, match=r"the file to export"):
        command.export(rul, "safetensors", out=rul)


def test_every_export_of_one_name_keeps_its_card(rul, asked, tmp_path, monkeypatch):
    formats = ("safetensors", "stablehlo")
    for format in (*formats, "safetensors"):  # once more over its own
        command.export(rul, format, out=tmp_path / f"model.{format}")
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        *("model.json", "model.safetensors", "model.stablehlo", "model.stablehlo.json")
    ]
    trained = load(tmp_path / "model.safetensors", "last", mesh.make(1, jax.devices()[:1]))
    found, _ = trained.predict(trained.params, trained.model_state, asked[0])
    np.testing.assert_allclose(found, asked[1], atol=1e-6)


def test_a_card_of_something_else_is_not_replaced(rul, tmp_path):
    (tmp_path / "config.json").write_text('{"method": "lanet"}')
    (tmp_path / "old.onnx").write_bytes(b"")
    (tmp_path / "old.json").write_text('{"format": "onnx"}')
    (tmp_path / "own.stablehlo.json").write_text("notes")
    for name, message in (
        ("config.safetensors", "is not the card of config.safetensors"),
        ("old.safetensors", "may be the card of old.onnx"),
        ("own.stablehlo", "is not the card of own.stablehlo"),
    ):
        with pytest.raises(UserError, match=message):
            command.export(rul, name.rpartition(".")[2], out=tmp_path / name)
        assert not (tmp_path / name).exists()


def test_a_difference_is_an_error_and_so_is_a_number_that_is_none():
    own = card("ce", 18, "small", 8)

    def ours(images):
        return np.full((len(images), 4), 0.25)

    assert "1.7e-05" in exported.compare(lambda x: ours(x) + 1e-5, ours, own, "onnx")
    for wrong in (1e-4, np.nan):
        with pytest.raises(UserError, match="off those of JAX"):
            exported.compare(lambda x, wrong=wrong: ours(x) + wrong, ours, own, "onnx")
    for size in (1, 3):  # a batch of one of them only
        with pytest.raises(UserError, match="off those of JAX"):
            exported.compare(lambda x, n=size: ours(x) + (len(x) == n), ours, own, "onnx")
