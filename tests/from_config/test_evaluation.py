"""What is evaluated of a finished run."""

import pytest

from configs import mixed
from lanet_jax.errors import UserError
from lanet_jax.from_config import evaluation, fields
from lanet_jax.input.reading import Reading


def test_another_dataset_on_a_run_of_several_splits_wants_one_named(monkeypatch):
    opened = []
    monkeypatch.setattr(evaluation, "splits", lambda *arguments: opened.append(arguments) or {})
    c = mixed.get_config()
    with pytest.raises(UserError, match=r"--data=rafdb: .* are test, valid: name one by --split"):
        evaluation.evaluated_splits(c, "", "rafdb", "")
    evaluation.evaluated_splits(c, "valid", "rafdb", "here")
    evaluation.evaluated_splits(c, "", "", "")
    assert opened == [
        ("here", ("rafdb",), ["valid"]),
        (c.data.dir, ("rafdb", "affectnet/7classes"), ("test", "valid")),
    ]


def test_one_of_the_run_s_own_tests_has_the_names_that_it_has_there(monkeypatch):
    calls = []
    monkeypatch.setattr(evaluation, "splits", lambda *args, **how: calls.append((args, how)) or {})
    c = mixed.get_config()
    evaluation.evaluated_splits(c, "test", "rafdb", "")
    evaluation.evaluated_splits(c, "valid", "rafdb", "")
    assert calls == [
        ((c.data.dir, ["rafdb"], ["test"]), {"several": True}),
        ((c.data.dir, ("rafdb",), ["valid"]), {}),
    ]


def test_a_run_without_test_data_has_the_splits_of_its_training_data(monkeypatch):
    monkeypatch.setattr(evaluation, "splits", lambda _, datasets, names: (datasets, names))
    c = mixed.get_config()
    c.data.test = c.data.test_split = ()
    assert evaluation.evaluated_splits(c, "", "", "").splits == ((), ())
    found = evaluation.evaluated_splits(c, "train", "", "").splits
    assert found == (tuple(c.data.train), ["train"] * len(c.data.train))


def test_a_network_without_a_config_has_the_usual_folder_and_batch(monkeypatch):
    opened = []
    monkeypatch.setattr(evaluation, "splits", lambda *arguments: opened.append(arguments) or {})
    usual = fields.get_config()
    found = evaluation.prepared_split("test", "rafdb", "")
    evaluation.prepared_split("test", "rafdb", "here")
    assert opened == [(usual.data.dir, ["rafdb"], ["test"]), ("here", ["rafdb"], ["test"])]
    assert found.reading == Reading(usual.optim.batch_size, 0, usual.data.threads)


def test_a_split_has_the_name_that_the_log_of_its_run_has(monkeypatch):
    monkeypatch.setattr(evaluation, "splits", lambda _, datasets, names: {names[0]: datasets[0]})
    c = mixed.get_config()
    c.data.test, c.data.test_split = ("others/faces",), ("train",)
    assert list(evaluation.evaluated_splits(c, "", "", "").splits) == ["train-others-faces"]
    assert list(evaluation.evaluated_splits(c, "train", "", "").splits) == ["train"]
