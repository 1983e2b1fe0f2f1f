"""The files of one evaluation are replaced together."""

import csv
import errno
import json
import types

import numpy as np
import pytest

from lanet_jax import metrics
from lanet_jax.evaluate.result import write
from lanet_jax.files import atomic
from lanet_jax.run.paths import EvaluationFolder


class Records:
    classes = ("anger", "fear")
    labels = np.array([0, 1])
    names = ("a.png", "b.png")

    def __len__(self):
        return 2


RIGHT = np.array([[0.9, 0.1], [0.2, 0.8]])


def test_a_class_that_only_its_frequency_hides_is_told(tmp_path, capsys):
    numbers = write(tmp_path / "test", Records(), np.array([[0.9, 0.1], [0.6, 0.4]]), 3)
    assert (numbers["accuracy"], numbers["mean_class_accuracy"]) == (0.5, 0.5)
    assert numbers["equal_classes"] == {"accuracy": 1.0, "mean_class_accuracy": 1.0}
    assert "equally frequent (lanet export --balance): 100.00%" in capsys.readouterr().out


def test_a_network_whose_classes_are_balanced_is_not_balanced_again(tmp_path, capsys):
    numbers = write(tmp_path / "test", Records(), RIGHT, 3, "", {"balance_power": 0.5})
    assert "equal_classes" not in numbers and numbers["balance_power"] == 0.5
    assert "equally frequent" not in capsys.readouterr().out


def test_a_class_that_is_never_predicted_leaves_numbers(tmp_path):
    numbers = write(tmp_path / "test", Records(), np.array([[1.0, 0.0], [1.0, 0.0]]), 3)
    assert numbers["equal_classes"] == {"accuracy": 0.5, "mean_class_accuracy": 0.5}


def test_every_file_and_number_by_hand(tmp_path):
    class Three(Records):
        labels, names = np.array([0, 0, 1]), ("a.png", "b.png", "c.png")
        __len__ = lambda self: 3  # noqa: E731

    p = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3]])
    write(tmp_path / "test", Three(), p, 3, "data", {"network": "network", "temperature": 2.0})
    files = EvaluationFolder(tmp_path / "test")
    assert list(csv.reader(files.predictions.open())) == [
        ["name", "label", "predicted", "anger", "fear"],
        ["a.png", "anger", "anger", "0.900000", "0.100000"],
        ["b.png", "anger", "anger", "0.800000", "0.200000"],
        ["c.png", "fear", "anger", "0.700000", "0.300000"],
    ]
    assert list(csv.reader(files.confusion.open()))[1:] == [["anger", "2", "0"], ["fear", "1", "0"]]
    numbers = json.loads(files.metrics.read_text())
    known = {name: numbers[name] for name in ("step", "records", "data", "network")}
    assert known == {"step": 3, "records": 3, "data": "data", "network": "network"}
    assert numbers["temperature"] == 2
    assert numbers["accuracy"] == pytest.approx(2 / 3) and numbers["mean_class_accuracy"] == 0.5
    assert numbers["accuracy_interval"] == pytest.approx(metrics.wilson(2 / 3, 3))


def test_a_full_disk_leaves_the_result_before(tmp_path, monkeypatch):
    write(tmp_path / "test", Records(), RIGHT, 3)
    files = EvaluationFolder(tmp_path / "test")
    assert json.loads(files.metrics.read_text())["accuracy"] == 1.0
    assert list(csv.reader(files.confusion.open()))[1:] == [["anger", "1", "0"], ["fear", "0", "1"]]
    before = {path.name: path.read_bytes() for path in (tmp_path / "test").iterdir()}
    assert len(before) == 4
    written = types.SimpleNamespace(count=0)

    def full(file):
        written.count += 1
        if written.count == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic, "_on_disk", full)
    with pytest.raises(OSError, match=r"No space left on device: .*calibration\.csv"):
        write(tmp_path / "test", Records(), RIGHT[::-1], 6)
    assert {path.name: path.read_bytes() for path in (tmp_path / "test").iterdir()} == before
