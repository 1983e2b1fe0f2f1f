import json

import pytest

from lanet_jax.errors import UserError
from lanet_jax.study.outcome import Outcome, finished, note_error, read, state


def test_a_run_is_finished_once_it_is_evaluated_on_every_split(folder, write_run):
    assert state(folder) == "waiting"
    (folder / "config.json").write_text("{}")
    assert state(folder) == "interrupted"
    note_error(folder, "no disk")
    assert state(folder) == "failed"
    write_run(folder, 0.5, splits=("a", "b"))
    assert state(folder) == "finished"
    (folder / "evaluation" / "b" / "metrics.json").unlink()
    assert not finished(folder)


def test_the_holdout_and_the_labels_are_no_test_splits(folder, write_run):
    write_run(folder, 0.5, 0.4, 0.6, fitted=0.3, auroc=0.9)
    path = folder / "summary.json"
    summary = json.loads(path.read_text())
    summary["test"]["best"] = summary["test"].pop("oracle")
    path.write_text(json.dumps({**summary, "holdout": {"final": 0.1}}))
    assert finished(folder)
    assert read(folder) == Outcome(0.5, 0.4, 0.6, 0.4, False, 0.3, 0.9)


def test_no_wrong_labels_are_no_numbers_of_them(folder, write_run):
    write_run(folder, 0.5, fitted=float("nan"), auroc=float("nan"))
    found = read(folder)
    assert found.fitted is None and found.auroc is None and found.oracle


def test_a_split_must_be_named_where_there_are_several(folder, write_run):
    write_run(folder, 0.5, splits=("a", "b"))
    assert read(folder, "b").final == 0.5
    with pytest.raises(UserError, match="evaluated on a, b, the study asks for one split"):
        read(folder)
    with pytest.raises(UserError, match="the study asks for c"):
        read(folder, "c")


def test_the_holdout_judges_a_run_without_test_splits(folder, write_run):
    write_run(folder, 0.5, splits=("holdout",))
    found = read(folder)
    assert found.final == 0.5 and found.held_out
    write_run(folder, 0.6, splits=("test",))
    assert not read(folder).held_out
