"""The whole command on a run that has only begun: its networks say little, its labels much."""

import csv
import json
import re
import shutil

import numpy as np
import pytest

from lanet_jax.audit import __main__ as audit
from lanet_jax.audit import findings, of_run
from lanet_jax.audit.witnesses import Witnesses
from lanet_jax.errors import UserError
from lanet_jax.from_config import data
from lanet_jax.label_noise import noise_estimate
from lanet_jax.label_noise.of_arrays import audit_labels
from lanet_jax.label_noise.verdict import Level, Verdict
from lanet_jax.run import folder as run_folder
from lanet_jax.study import folds
from tests.audit import begun_run
from tests.audit.begun_run import N


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return begun_run.new(tmp_path_factory.mktemp("run"))


def test_what_an_audit_leaves(folder, capsys, monkeypatch):
    weak = Verdict(Level.RANKING, "Measured.")  # forty records are few
    monkeypatch.setattr("lanet_jax.label_noise.judgement.verdict.judge", lambda *_: weak)
    monkeypatch.setattr(findings, "_FORGOTTEN", 1.0)  # the targets are witnesses from the start
    # A wrong label is as likely any class.
    monkeypatch.setattr(noise_estimate, "_off_diagonal", lambda counts: (1 - np.eye(8)) / 7)
    audit.audit(folder, rank="consensus", limit=10, neighbors=3)
    said = capsys.readouterr().out
    with open(folder / "audit.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(folder / "labels.csv", newline="") as file:
        labels = {row["name"]: row for row in csv.DictReader(file)}
    assert sorted(int(row["id"]) for row in rows) == list(range(N))
    for row in rows:
        assert (row["given"], row["true"]) == tuple(
            labels[row["name"]][k] for k in ("given", "true")
        )
        # The bank still is the one-hot observed label: nothing else is suspected by it.
        assert float(row["suspicion"]) == 0
        assert float(row[f"target:{row['given']}"]) == 1
        share = float(row[f"neighbors:{row['given']}"])
        assert float(row["consensus"]) == pytest.approx((1 - share) / 2, abs=1e-5)
    scores = [float(row["consensus"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    wrong = sum(row["given"] != row["true"] for row in rows)
    assert f"\nknown to be wrong: {wrong / N:.1%}" in said
    assert rows[0]["verdict"] in said
    assert "After 0.2 visits a record the run repeats" in rows[0]["verdict"]
    assert not any(row["suggested"] for row in rows)
    assert re.search(r"\n  suspicion +0\.5000", said)
    assert re.search(r"\n\* consensus +0\.\d+", said)
    html = (folder / "audit.html").read_text()
    assert not re.search(r"https?://|@import|url\(", html)
    payload = json.loads(re.search(r'id="data">(.*?)</script>', html)[1])
    # The bank repeats the observed labels, so that nothing is likelier.
    assert payload["cards"] == []


def test_users_errors(folder, tmp_path):
    with pytest.raises(UserError, match="holds no run"):
        audit.audit(tmp_path)
    with pytest.raises(UserError, match="--step=best"):
        audit.audit(folder, step="best")
    with pytest.raises(UserError, match="no step 7"):
        audit.audit(folder, step="7")
    with pytest.raises(UserError, match="--limit"):
        audit.audit(folder, limit=0)
    with pytest.raises(UserError, match="held nothing out"):
        audit.audit(folder, rank="consensus", held_out=[folder])


def test_the_folds_of_a_run_are_read_without_being_named(folder, tmp_path, capsys):
    run = tmp_path / "run"
    shutil.copytree(folder, run)
    with pytest.raises(UserError, match="has no folds: run `lanet folds"):
        audit.audit(run, rank="consensus", held_out=[])
    for cell in folds._cells(folds.RunFolder(run), N, 0, 2, ()):
        c = run_folder.load_config(run)
        for setting in cell.overrides:
            field, value = setting.split("=")
            c.update_from_flattened_dict({field: float(value) if "." in value else int(value)})
        home = run / "folds" / cell.name
        home.mkdir(parents=True)
        shutil.copyfile(run / "labels.csv", home / "labels.csv")
        begun_run.begin(c, home)
        (home / "summary.json").write_text("{}")
    capsys.readouterr()
    audit.audit(run, rank="consensus", held_out=[])
    assert "of the labels are wrong, of the" in capsys.readouterr().out
    with open(run / "audit.csv", newline="") as file:
        scores = [float(row["cleanlab self_confidence"]) for row in csv.DictReader(file)]
    assert len(scores) == N  # each record is in one of the parts
    assert all(0 <= score <= 1 for score in scores)


def test_a_run_that_has_only_begun_has_nothing_to_say(folder, capsys):
    audit.audit(folder, rank="consensus")
    assert "nothing to say about these labels" in capsys.readouterr().out
    assert '"cards":[]' in (folder / "audit.html").read_text()


def test_the_probe_stands_beside_the_run_and_the_page_says_which_was_used(
    folder, capsys, monkeypatch
):
    names = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "contempt")
    good = Verdict(Level.SUGGESTIONS, "Measured.")
    c = run_folder.load_config(folder)
    loaded = data.data(c, folder)
    assert loaded.train.classes == names

    def probe(of, model):
        knows = 0.9 * np.eye(8)[of.true] + 0.0125
        space = {"expression": np.eye(8)[of.true] + 0.0}
        return Witnesses(space, knows, ("nothing left out",)), audit_labels(of.given, knows, space)

    monkeypatch.setattr(of_run.without_run, "probe", probe)
    monkeypatch.setattr("lanet_jax.label_noise.judgement.verdict.judge", lambda *_: good)
    monkeypatch.setattr(findings.run_evidence, "temper", lambda *_: Verdict(Level.NOTHING, "No."))
    audit.audit(folder, neighbors=3)
    assert "ordered by probe" in capsys.readouterr().out
    page = (folder / "audit.html").read_text()
    assert "Ordered by the probe" in page
    assert "nothing left out" in page
    payload = json.loads(re.search(r'id="data">(.*?)</script>', page)[1])
    assert payload["cards"]
    for card in payload["cards"]:
        assert np.argmax(card["belief"]) != card["given"]
        assert list(card["why"]) == ["expression", "landmark"]
        for faces in card["why"].values():
            assert sum(weight for *_, weight, _ in faces) == pytest.approx(1, abs=0.01)
            assert card["name"] not in [name for *_, name in faces]
    with open(folder / "audit.csv", newline="") as file:
        first = next(csv.DictReader(file))
    assert list(first)[5:10] == ["probe", "consensus", "suspicion", "kl", "margin"]
    monkeypatch.setattr("lanet_jax.label_noise.judgement.verdict.judge", lambda *_: weak_verdict())
    monkeypatch.setattr(findings.run_evidence, "temper", lambda *_: good)
    audit.audit(folder, neighbors=3)
    assert "consensus, which may say more about these labels" in (folder / "audit.html").read_text()


def weak_verdict():
    return Verdict(Level.RANKING, "Measured.")
