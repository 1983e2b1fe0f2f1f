"""Work folders of earlier versions are opened by these names, so that none may change."""

import dataclasses
from pathlib import Path

import pytest

from lanet_jax.run.paths import EvaluationFolder, RunFolder, steps

NAMES = {
    "lock": ".lock",
    "config": "config.json",
    "command": "command.txt",
    "inputs": "inputs.json",
    "labels": "labels.csv",
    "seal": "labels.sha256",
    "metrics": "metrics.jsonl",
    "tensorboard": "tensorboard",
    "checkpoints": "checkpoints",
    "best": "checkpoints/best",
    "profile": "profile",
    "summary": "summary.json",
    "distributions": "distributions.csv",
    "agreement": "agreement.csv",
    "audit_table": "audit.csv",
    "audit_page": "audit.html",
    "report": "report.html",
    "folds": "folds",
    "log": "log.txt",
    "error": "error.txt",
}


def _properties(kind):
    return {name for name, value in vars(kind).items() if isinstance(value, property)}


def test_every_file_has_the_name_that_it_always_had():
    folder = RunFolder(Path("runs/one"))
    assert _properties(RunFolder) == NAMES.keys()
    for name, path in NAMES.items():
        assert getattr(folder, name) == Path("runs/one") / path


def test_evaluations_are_those_with_a_confusion_matrix_in_order(tmp_path):
    folder = RunFolder(tmp_path)
    assert folder.evaluations() == []
    for name in ("valid", "test", "unfinished"):
        folder.evaluation(name).path.mkdir(parents=True)
    for name in ("valid", "test"):
        folder.evaluation(name).confusion.touch()
    assert folder.evaluations() == [folder.evaluation("test"), folder.evaluation("valid")]


def test_steps_are_the_folders_named_by_a_number_in_order(tmp_path):
    for name in ("12", "2", "100", "9", "best", "7.broken", "5.orbax-checkpoint-tmp-0"):
        (tmp_path / name).mkdir()
    assert steps(tmp_path) == [2, 9, 12, 100]
    assert steps(tmp_path / "absent") == []


def test_the_files_of_an_evaluation():
    files = EvaluationFolder(Path("evaluation/test"))
    found = {name: getattr(files, name).name for name in _properties(EvaluationFolder)}
    assert found == {
        "predictions": "predictions.csv",
        "confusion": "confusion.csv",
        "calibration": "calibration.csv",
        "metrics": "metrics.json",
    }


def test_a_folder_is_a_value():
    assert RunFolder(Path("a")) == RunFolder(Path("a"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        RunFolder(Path("a")).path = Path("b")
