import dataclasses
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from configs import folder
from lanet_jax.audit import out_of_sample
from lanet_jax.errors import UserError
from lanet_jax.from_config.data import Data
from lanet_jax.from_config.finished import FinishedRun
from lanet_jax.input.reading import Reading
from lanet_jax.run.paths import RunFolder
from lanet_jax.run.summary import HOLDOUT

NAMES, CLASSES = ("a.png", "b,1.png", "c.png"), ("anger", "fear")
EXPECTED = [[0.25, 0.75], [np.nan, np.nan], [1, 0]]


def test_csv_in_any_order_with_records_missing(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("fear,name,label,anger\n0,c.png,x,1\n0.75,a.png,x,0.25\n1,other.png,x,0\n")
    np.testing.assert_array_equal(out_of_sample.read(path, NAMES, CLASSES), EXPECTED)


def test_npz(tmp_path):
    path = tmp_path / "p.npz"
    np.savez(path, name=np.array(["c.png", "a.png"]), probabilities=[[1, 0], [0.25, 0.75]])
    np.testing.assert_array_equal(out_of_sample.read(path, NAMES, CLASSES), EXPECTED)


@pytest.mark.parametrize(
    "text, message",
    [
        ("name,anger\na.png,1\n", "holds no probabilities"),
        ("name,anger,fear\na.png,1,x\n", "holds no probabilities"),
        ("name,anger,fear\na.png,1,1\n", "sum to 1"),
        ("name,anger,fear\na.png,,1\n", "sum to 1"),
        ("name,anger,fear\nz.png,1,0\n", "another dataset"),
        ("name,anger,fear\na.png,1,0\na.png,0,1\n", "names 'a.png' twice"),
    ],
)
def test_what_does_not_fit_is_said(text, message, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        out_of_sample.read(path, NAMES, CLASSES)


def test_an_npz_is_never_unpickled(tmp_path):
    path = tmp_path / "p.npz"
    np.savez(path, name=np.array(["a.png"], object), probabilities=[[1, 0]])
    with pytest.raises(UserError, match="holds pickled Python objects"):
        out_of_sample.read(path, NAMES, CLASSES)


@pytest.fixture
def runs(monkeypatch, make_records):
    """Runs that keep aside the records that they are named by, and predict what we say."""

    def open_run(run, data_dir):
        data = Data(make_records(["a.png"], [0]), np.zeros(1, int), None, {})
        if run.name:
            names = [f"{letter}.png" for letter in run.name]
            data = Data(None, None, None, {HOLDOUT: make_records(names, [0] * len(names))})
        return FinishedRun(RunFolder(run), folder.get_config("face"), data)

    def restore(run, step, mesh):
        sure = {"runs/ab": 1.0, "runs/bz": 0.5}[str(run)]
        return SimpleNamespace(
            classify_records=lambda records, _: np.tile([sure, 1 - sure, 0], (len(records), 1))
        )

    monkeypatch.setattr(out_of_sample, "open_run", open_run)
    monkeypatch.setattr(out_of_sample, "restore", restore)
    monkeypatch.setattr(FinishedRun, "reading", Reading(8, 0, 1))
    return [Path("runs/ab"), Path("runs/bz")]


def test_runs_predict_what_they_kept_aside(runs):
    names, given = ("a.png", "b.png", "c.png"), np.zeros(3, int)
    found = out_of_sample.predict(runs, names, given, ("anger", "fear", "neutral"))
    np.testing.assert_array_equal(found, [[1, 0, 0], [0.75, 0.25, 0], [np.nan] * 3])


def test_a_run_is_not_asked_about_copies_of_what_it_was_trained_on(runs, monkeypatch, capsys):
    one, other = np.zeros((2, 32), np.uint8), np.ones((2, 32), np.uint8)
    one[1] = 7
    whole = out_of_sample.open_run

    def open_run(run, data_dir):
        finished = whole(run, data_dir)
        kept = dataclasses.replace(finished.data.evaluate[HOLDOUT], digests=one)
        train = dataclasses.replace(kept, digests=one[1:] if run.name == "ab" else other)
        data = Data(train, None, None, {HOLDOUT: kept})
        return FinishedRun(finished.folder, finished.config, data)

    monkeypatch.setattr(out_of_sample, "open_run", open_run)
    found = out_of_sample.predict(
        runs, ("a.png", "b.png"), np.zeros(2, int), ("anger", "fear", "neutral")
    )
    np.testing.assert_array_equal(found, [[1, 0, 0], [0.5, 0.5, 0]])  # b.png by the second alone
    told = capsys.readouterr().err
    assert told.startswith("note: 1 of the 2 records that runs/ab held out are copies of images")
    assert "bz" not in told


def test_runs_whose_start_may_know_the_labels_are_told(runs, monkeypatch, capsys):
    monkeypatch.setattr(out_of_sample.starts, "knowledge", lambda c: f"{c.model.family} knows")
    out_of_sample.predict(runs[:1], ("a.png",), np.zeros(1, int), ("anger", "fear", "neutral"))
    assert capsys.readouterr().err == "note: runs/ab: face29 knows\n"


def test_runs_that_do_not_fit_are_refused(runs):
    names, classes = ("a.png", "b.png"), ("anger", "fear", "neutral")
    with pytest.raises(UserError, match="other labels"):
        out_of_sample.predict(runs, names, np.array([0, 1]), classes)
    with pytest.raises(UserError, match="other classes"):
        out_of_sample.predict(runs, names, np.zeros(2, int), classes[::-1])
    with pytest.raises(UserError, match="held nothing out"):
        out_of_sample.predict([Path("")], names, np.zeros(2, int), classes)


def test_a_run_without_common_names_is_named(monkeypatch):
    kept = SimpleNamespace(classes=CLASSES, names=("other/z.png",), labels=np.array([0]))
    run = SimpleNamespace(data=SimpleNamespace(evaluate={HOLDOUT: kept}))
    monkeypatch.setattr(out_of_sample, "open_run", lambda folder, data_dir: run)
    with pytest.raises(UserError, match=r"held out no record .* 'a.png'; it has 'other/z.png'"):
        out_of_sample.predict([Path("run")], NAMES, np.zeros(3, int), CLASSES)
