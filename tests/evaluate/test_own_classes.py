"""Data are evaluated whose classes are a part of the network's."""

import types

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.evaluate import __main__ as command
from lanet_jax.evaluate import own_classes
from lanet_jax.input.memory import Memory
from lanet_jax.input.records import Records
from lanet_jax.run.paths import EvaluationFolder

NETWORK = ["anger", "fear", "neutral"]


def records(*classes):
    rows = np.arange(4)
    names = tuple(f"{row}.png" for row in rows)
    labels = rows % len(classes)
    return Records(((),), 0 * rows, rows, names, labels, classes, 0, "", (), None, (), Memory(4))


def test_labels_are_mapped_by_name():
    fitting = own_classes.in_classes(records("neutral", "anger"), NETWORK, "it")
    assert fitting.classes == tuple(NETWORK)
    assert fitting.labels.tolist() == [2, 0, 2, 0]
    assert own_classes.in_classes(records(*NETWORK), NETWORK, "it").labels.tolist() == [0, 1, 2, 0]


def test_a_class_that_the_network_does_not_have_is_refused():
    with pytest.raises(UserError) as caught:
        own_classes.in_classes(records("anger", "joy"), NETWORK, "fold6, split test,")
    assert str(caught.value).startswith(
        "fold6, split test, has classes that the network does not have: joy; it was trained on "
        "anger, fear, neutral: evaluate data without the others"
    )
    assert "--classes 'joy=CLASS'" in str(caught.value)


@pytest.fixture
def evaluate(tmp_path, monkeypatch):
    """Evaluates a network that is always right about neutral and anger, on a split `test`."""
    from lanet_jax.evaluate import of_split, places
    from lanet_jax.run import folder
    from lanet_jax.trained import load, network_fingerprint

    probabilities = np.array([[0.1, 0.1, 0.8], [0.8, 0.1, 0.1]] * 2)
    trained = types.SimpleNamespace(
        card={"classes": NETWORK}, step=3, classify_records=lambda *_: probabilities
    )

    def call(own, **arguments):
        found = types.SimpleNamespace(splits={"test": own}, reading=types.SimpleNamespace(batch=8))
        monkeypatch.setattr(of_split, "evaluated_splits", lambda *_: found)
        command.evaluate(tmp_path, **arguments)
        return EvaluationFolder(tmp_path / "test")

    monkeypatch.setattr(folder, "load_config", lambda _: None)
    monkeypatch.setattr(load, "restore", lambda *_: trained)
    monkeypatch.setattr(network_fingerprint, "of_weights", lambda _: "")
    monkeypatch.setattr(places, "place", lambda *_, **__: tmp_path / "test")
    return call


def test_a_set_without_a_class_is_evaluated_on_the_others(evaluate, capsys):
    files = evaluate(records("neutral", "anger"), data="fold2")
    assert files.confusion.read_text().splitlines() == [
        "label,anger,fear,neutral",
        "anger,2,0,0",
        "fear,0,0,0",
        "neutral,0,0,2",
    ]
    told = capsys.readouterr().out
    assert "mean class accuracy 100.00%" in told
    assert "note: fold2, split test, has no class fear, which the network may predict" in told
    evaluate(records(*NETWORK))
    assert "note" not in capsys.readouterr().out


def test_the_dataset_and_the_split_are_named(evaluate):
    with pytest.raises(UserError, match=r"^fold2, split test, has classes that"):
        evaluate(records("joy", "anger"), data="fold2")
    with pytest.raises(UserError, match=r"^the run's split test has classes that"):
        evaluate(records("joy", "anger"))
