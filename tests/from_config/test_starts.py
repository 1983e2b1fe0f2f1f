import json

import numpy as np
import pytest

from configs import demo, folder
from lanet_jax.checkpoint import model_file, pretrained
from lanet_jax.errors import UserError
from lanet_jax.from_config import config, starts
from lanet_jax.run import folder as run_folder

CARD = {
    "classes": ["anger", "fear"],
    **{"size": 64, "family": "face29", "blocks": 14, "width": 8, "method": "ce"},
    **{"mean": [0.5, 0.4, 0.3], "std": [0.25, 0.25, 0.25]},
}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("LANET_JAX_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def trained(tmp_path):
    """The file of a trained network."""
    path = tmp_path / "own.safetensors"
    model_file.write(path, {"a": np.ones(1)}, {"b": np.ones(1)}, CARD)
    return path


def small(**model):
    c = folder.get_config("small")
    c.model.update(model)
    return config.resolve(c)


def found(tmp_path, **model):
    return starts.find(small(**model), tmp_path / "run")


def test_a_trained_network_decides_by_its_card(tmp_path, trained):
    start = found(tmp_path, pretrained=str(trained))
    assert start.model == {
        **{"family": "face29", "blocks": 14, "width": 8},
        **{"pretrained": str(trained), "frozen_stages": 2},
    }
    assert (start.mean, start.std, start.size) == ((0.5, 0.4, 0.3), (0.25, 0.25, 0.25), 64)
    assert (start.epochs, start.learning_rate) == (40, 2e-4)  # of a network that is fine-tuned


def test_only_a_face_network_is_frozen(tmp_path):
    path = tmp_path / "own.safetensors"
    of_resnet = {**CARD, "family": "resnet", "depth": 18, "stem": "small"}
    model_file.write(path, {"a": np.ones(1)}, {"b": np.ones(1)}, of_resnet)
    model = found(tmp_path, pretrained=str(path)).model
    assert (model["family"], model["stem"], model["frozen_stages"]) == ("resnet", "small", 0)


def test_other_weights_decide_nothing(tmp_path):
    path = tmp_path / "ported.safetensors"
    pretrained.save(path, {"x": np.zeros(2, np.float32)}, {}, {"source": "drawn"})
    assert found(tmp_path, pretrained=str(path)) is None
    assert found(tmp_path) is None  # and nothing is in the cache


def test_a_resumed_run_keeps_what_it_began_with(tmp_path, trained):
    run, begun = tmp_path / "run", small(pretrained=str(trained))
    start = found(tmp_path, pretrained=str(trained))
    begun.model.update(start.model)
    begun.augment.update({"mean": start.mean, "std": start.std, "size": 64})
    begun.optim.update({"epochs": 7, "learning_rate": 1e-4})
    run_folder.claim(run, begun)
    (run / "metrics.jsonl").write_text("{}\n")
    trained.unlink()  # needed no more
    for weights in (str(trained), ""):
        kept = found(tmp_path, pretrained=weights)
        assert kept == start._replace(epochs=7, learning_rate=1e-4)
    assert found(tmp_path, pretrained="bundled") is None  # another run, which is refused later


@pytest.mark.parametrize(
    "weights, told",
    [
        ("bundeld", "did you mean 'bundled'? a file of `lanet port`"),
        ("absent.safetensors", "there is no such file: a file of `lanet port`"),
        ("run", "export --workdir={0}/run --format=safetensors` writes the file to give"),
        ("plain", "plain is a folder: a file of `lanet port` or of `lanet export"),
        ("m.onnx", "is an export for other programs: a file of `lanet port` or of `lanet export"),
    ],
)
def test_what_is_no_start_is_refused_and_named(tmp_path, weights, told):
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    (tmp_path / "plain").mkdir()
    (tmp_path / "m.onnx").write_bytes(b"\x08\x08\x12\tlanet_jax")
    with pytest.raises(UserError) as caught:
        starts.check(small(pretrained=str(tmp_path / weights)))
    assert told.format(tmp_path) in str(caught.value)
    assert "face29 or bundled" in str(caught.value) or weights == "run"


def test_a_network_that_does_not_fit_is_refused_with_the_flags(trained):
    c = config.resolve(folder.get_config(""))
    c.model.pretrained = str(trained)
    with pytest.raises(UserError) as caught:
        starts.compare(c)
    flags = "--config.model.family=face29 --config.model.width=8 --config.model.blocks=14"
    assert f"add {flags}, or take a preset: `small`" in str(caught.value)
    c.model.update({"family": "face29", "width": 8, "blocks": 14})
    starts.compare(c)


def test_weights_made_for_other_colours_are_told(tmp_path, capsys):
    c, weights = demo.get_config("tiny"), tmp_path / "w.safetensors"
    pretrained.save(weights, {"x": np.zeros(2, np.float32)}, {}, {"source": "drawn"})
    c.model.pretrained = str(weights)
    starts.compare(c)
    assert capsys.readouterr().err == ""
    card = {"source": "drawn", "mean": [0.5, 0.4, 0.3], "std": list(c.augment.std)}
    weights.with_suffix(".json").write_text(json.dumps(card))
    starts.compare(c)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("normalised otherwise: --config.augment.mean='(0.5, 0.4, 0.3)'")
    c.augment.mean = (0.5, 0.4, 0.3)
    starts.compare(c)
    assert capsys.readouterr().err == ""


def test_a_start_that_may_know_the_labels_is_told(trained, capsys):
    c = config.resolve(folder.get_config(""))
    c.model.update({"pretrained": str(trained), "family": "face29", "width": 8, "blocks": 14})
    c.augment.mean, c.augment.std = (0.5, 0.4, 0.3), (0.25, 0.25, 0.25)
    starts.compare(c)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"note: {trained} was trained on labels: if records of mine were among")


@pytest.mark.parametrize(
    "train, told", [(("mine", "ferplus/argmax8"), True), (("ferplus2",), False)]
)
def test_a_start_that_knows_the_labels_is_told(capsys, train, told):
    c = folder.get_config("face")
    c.model.pretrained, c.data.train = "bundled", train
    starts.compare(c)
    said = capsys.readouterr().err
    assert ("annotator votes of ferplus/argmax8: it knows these" in said) is told
    assert bool(said) is told  # and the colours fit
    c.model.pretrained = "face29"  # which knows faces, and no labels
    assert starts.knowledge(c) == ""
