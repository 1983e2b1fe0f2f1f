"""What a finished run says of itself."""

import json
import types

import numpy as np
import pytest

from lanet_jax.train import finish


def test_an_accuracy_is_told_with_its_interval():
    values = {"records": 30, "mean_class_error": 0.1}
    assert finish._told("final", 0.5, values) == "final 0.5000 (0.332 to 0.668)"
    assert finish._told("final", 0.5, {}) == "final 0.5000"
    told = "final_mean_class 0.4000 (\u00b1 0.100)"
    assert finish._told("final_mean_class", 0.4, values) == told
    assert finish._told("best_step", 30, values) == "best_step 30"


def test_the_held_out_part_is_said_to_have_observed_labels(tmp_path, monkeypatch, capsys):
    rows = [
        {"step": 3, "split": split, "accuracy": 0.5, "mean_class_accuracy": 0.5}
        for split in ("holdout", "test")
    ]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    data = types.SimpleNamespace(train=[], evaluate={"test": None, "holdout": None})
    monkeypatch.setattr(finish.evaluator, "targets_of", lambda *_: None)
    finish.finish(types.SimpleNamespace(data=data), tmp_path, None)
    told = capsys.readouterr().out
    assert "holdout (by observed labels): final 0.5" in told and "\ntest: final" in "\n" + told


def test_with_two_tests_it_is_said_whose_best_state_is_kept(tmp_path, monkeypatch, capsys):
    rows = [
        {"step": step, "split": split, "accuracy": accuracy, "mean_class_accuracy": accuracy}
        for step, split, accuracy in ((3, "z", 0.2), (3, "a", 0.9), (6, "z", 0.4), (6, "a", 0.1))
    ]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    data = types.SimpleNamespace(train=[], evaluate={"z": None, "a": None})
    monkeypatch.setattr(finish.evaluator, "targets_of", lambda *_: None)
    finish.finish(types.SimpleNamespace(data=data), tmp_path, None)
    assert (
        "checkpoints/best is of the best step of z; the oracle of a is of its own best step, whose "
        "state is not kept" in capsys.readouterr().out.splitlines()
    )
    assert json.loads((tmp_path / "summary.json").read_text())["a"]["best_step"] == 3


@pytest.mark.parametrize("known", [True, False])
def test_distributions_stand_beside_the_labels_of_their_records(known):
    train = types.SimpleNamespace(names=("b.png", "a.png"), classes=("anger", "fear"))
    true = np.array([1, 0]) if known else None
    data = types.SimpleNamespace(train=train, given=np.array([0, 0]), true=true)
    targets = np.array([[0.25, 0.75], [1.0, 0.0]])
    assert list(finish._distributions(types.SimpleNamespace(data=data), targets)) == [
        (0, "b.png", "anger", "fear" if known else "", "0.250000", "0.750000"),
        (1, "a.png", "anger", "anger" if known else "", "1.000000", "0.000000"),
    ]
