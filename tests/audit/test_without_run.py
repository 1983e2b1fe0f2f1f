"""From a folder to the page, by a network that knows colours."""

import csv
import html
import re
import sys

import cv2
import numpy as np
import pytest

from lanet_jax.audit import __main__ as command
from lanet_jax.audit import labelled_faces, witnesses
from lanet_jax.errors import UserError
from lanet_jax.shards import dealing

CLASSES = ("anger", "fear", "neutral")
CLEANLAB = r"cleanlab estimates that [\d.]+% of the labels are wrong, of the \d+ records"


@pytest.fixture(autouse=True)
def network(monkeypatch, colour_network):
    def absent(*_, **__):
        raise UserError("get the models")

    monkeypatch.setattr(witnesses.trained_load, "load", lambda *_: colour_network())
    monkeypatch.setattr(witnesses, "largest_face", absent)


def _folder(root, n=150, wrong=0.2, told=True):
    """Red, green and blue images; the names say what a wrong label should be."""
    rng = np.random.default_rng(0)
    for i in range(n):
        true = i % 3
        given = (true + rng.integers(1, 3)) % 3 if i < wrong * n else true
        given = given if told else rng.integers(3)
        image = rng.normal(100, 15, (10, 10, 3)) + 25 * np.eye(3)[true]
        path = root / CLASSES[given] / f"{i:03}-{CLASSES[true]}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.clip(image, 0, 255).astype(np.uint8)[..., ::-1])
    return root


def _rows(out):
    with open(out / "audit.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_is_audited_without_a_run(tmp_path, capsys):
    source, out = _folder(tmp_path / "faces"), tmp_path / "new" / "audit"
    command.audit(source=source, out=out, neighbors=3)
    said, rows = capsys.readouterr().out, _rows(out)
    assert len(rows) == 150
    first = [row for row in rows[:30] if row["given"] != row["name"][-11:-4].split("-")[-1]]
    assert len(first) > 25
    shown = [row for row in rows if row["suggested"]]
    assert 10 < len(shown) < 45
    right = [row["suggested"] in row["name"].split("-")[1] for row in shown]
    assert np.mean(right) > 0.9
    page = (out / "audit.html").read_text()
    sentence = rows[0]["verdict"]
    assert sentence in said
    assert sentence in html.unescape(page)
    assert "features of the network" in page
    assert "Doubtful, shown" in page and "No suspect fits the filter" in page
    assert "no landmarks: get the models" in said
    assert not re.search(r"https?://|@import|url\(", page)
    scores = [float(row["probe"]) for row in rows]
    assert scores == sorted(scores, reverse=True)


def test_labels_that_mean_nothing_get_no_card(tmp_path, capsys):
    source = _folder(tmp_path / "faces", told=False)
    command.audit(source=source, out=tmp_path / "out")
    assert "nothing to say about these labels" in capsys.readouterr().out
    assert not any(row["suggested"] for row in _rows(tmp_path / "out"))
    page = (tmp_path / "out" / "audit.html").read_text()
    assert '"cards":[]' in page
    assert "There are no cards: the sentence at the top says" in page
    assert "Doubtful, shown" not in page  # not 0: nobody knows


def test_cleanlab_stands_beside_it_on_the_same_folds(tmp_path, capsys):
    source = _folder(tmp_path / "faces")
    command.audit(source=source, out=tmp_path / "out", cleanlab=True)
    assert re.search(CLEANLAB, capsys.readouterr().out)
    row = _rows(tmp_path / "out")[0]
    assert float(row["cleanlab self_confidence"]) == pytest.approx(float(row["probe"]), abs=1e-4)


def test_that_cleanlab_is_missing_is_said_before_any_face_is_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(witnesses, "read", lambda *_, **__: pytest.fail("was looked at"))
    monkeypatch.setitem(sys.modules, "cleanlab", None)
    with pytest.raises(UserError, match=r"pip install 'cleanlab>=2.9'"):
        command.audit(source=tmp_path, out=tmp_path / "out", cleanlab=True)


def test_a_list_and_its_splits(tmp_path):
    source = _folder(tmp_path / "faces", n=30)
    files = sorted(path.relative_to(source).as_posix() for path in source.rglob("*.png"))
    lines = [f"{f},{f.split('/')[0]},{'train' if i % 3 else 'test'}" for i, f in enumerate(files)]
    table = source / "list.csv"
    table.write_text("\n".join(["path,label,split", *lines]))
    found = labelled_faces.load(table, tmp_path, "")
    assert sorted(found.names) == files
    assert found.classes == CLASSES
    assert sorted(labelled_faces.load(table, tmp_path, "test").names) == files[::3]
    image, points, present = found.read(0, 0)
    assert (image.shape, len(points), len(present)) == ((10, 10, 3), 0, 0)
    with pytest.raises(UserError, match="no split 'valid', it has: train, test"):
        labelled_faces.load(table, tmp_path, "valid")


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"happiness": 12}, "there is one class"),
        ({"anger": 1, "fear": 1}, "2 labels are too few"),
        ({f"{i}": 1 for i in range(12)}, "12 classes of 12 labels"),
        ({}, "holds no image"),
    ],
)
def test_too_little_is_refused_before_any_face_is_looked_at(tmp_path, monkeypatch, counts, said):
    monkeypatch.setattr(witnesses, "read", lambda *_, **__: pytest.fail("was looked at"))
    (tmp_path / "faces").mkdir()
    for name, count in counts.items():
        (tmp_path / "faces" / name).mkdir()
        for i in range(count):
            image = np.zeros((8, 8, 3), np.uint8)
            cv2.imwrite(str(tmp_path / "faces" / name / f"{i}.png"), image)
    with pytest.raises(UserError, match=said) as caught:
        command.audit(source=tmp_path / "faces", out=tmp_path / "out")
    assert "--source" not in str(caught.value)  # which an audit does not have
    assert not (tmp_path / "out").exists()


def test_classes_are_called_otherwise(tmp_path, capsys):
    source = _folder(tmp_path / "faces", n=30, wrong=0)
    (source / "fear").rename(source / "feer")
    command.audit(source=source, out=tmp_path / "out")
    advice = re.search(r"--classes '(\S+)'", capsys.readouterr().out)[1]
    command.audit(source=source, out=tmp_path / "out", classes=advice)
    assert {row["given"] for row in _rows(tmp_path / "out")} == set(CLASSES)
    with pytest.raises(UserError, match="--classes is for a folder or a list"):
        command.audit(workdir=tmp_path, classes=advice)


def test_users_errors(tmp_path, monkeypatch):
    source = _folder(tmp_path / "faces", n=12)
    with pytest.raises(UserError, match="no such folder or list"):
        command.audit(source=tmp_path / "none", out=tmp_path / "out")
    with pytest.raises(UserError, match="--out=DIR"):
        command.audit(source=source)
    with pytest.raises(UserError, match="name what to audit"):
        command.audit()
    with pytest.raises(UserError, match="belong to a run"):
        command.audit(source=source, out=tmp_path / "out", step="3")
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="is not a folder"):
        command.audit(source=source, out=tmp_path / "file")
    broken = next(source.rglob("*.png"))
    broken.write_bytes(broken.read_bytes()[:60])
    with pytest.raises(UserError, match=rf"{broken.name}: truncated[^;]*the file$") as caught:
        command.audit(source=source, out=tmp_path / "out")
    assert "prepare" not in str(caught.value)  # there is no prepared data
    other = max(source.rglob("*.png"))
    other.write_bytes(b"<html>")
    with pytest.raises(UserError, match=rf"{broken.name}: truncated.*; .*{other.name}: truncated"):
        command.audit(source=source, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(sys, "argv", ["audit", "--help"])
    with pytest.raises(SystemExit, match="0"):
        command.main()


def test_copies_and_their_labels_are_told(tmp_path, capsys):
    source = _folder(tmp_path / "faces")
    first = next((source / "anger").iterdir())
    for name in ("anger/again.png", "fear/again.png"):
        (source / name).write_bytes(first.read_bytes())
    command.audit(source=source, out=tmp_path / "out")
    said = capsys.readouterr().out
    assert "1 face occurs more than once (3 records), 1 of them under different labels" in said
    page = (tmp_path / "out" / "audit.html").read_text()
    assert "copies are held out together" in page


def test_a_list_whose_splits_have_other_classes_is_audited(tmp_path, capsys):
    root = _folder(tmp_path / "faces")
    rows = ["path,label,split"]
    for path in sorted(root.rglob("*.png")):
        name = path.relative_to(root).as_posix()
        # Only test has the class fear.
        rows.append(f"faces/{name},{name.split('/')[0]},{'test' if 'fear/' in name else 'train'}")
    (tmp_path / "list.csv").write_text("\n".join(rows))
    command.audit(source=tmp_path / "list.csv", out=tmp_path / "out")
    assert len(_rows(tmp_path / "out")) == 150


def test_a_model_that_knows_the_faces_is_refused_before_it_is_loaded(tmp_path, monkeypatch):
    source = _folder(tmp_path / "faces")
    names = {f"{path.parent.name}/{path.name}" for path in source.rglob("*.png")}
    run = tmp_path / "run"
    run.mkdir()
    (run / "labels.csv").touch()
    monkeypatch.setattr("lanet_jax.evaluate.trained_on.trained_names", lambda _: names)
    monkeypatch.setattr(witnesses.trained_load, "load", lambda *_: pytest.fail("loaded"))
    for more in ({}, {"shard": dealing.shard("1/2")}):
        with pytest.raises(UserError, match="run was trained on 150 of these 150 faces"):
            command.audit(source=source, out=tmp_path / "out", model=run, **more)
