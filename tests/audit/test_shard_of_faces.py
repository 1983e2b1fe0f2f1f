"""Shards see faces, and the audit of all is that of one command; a network that knows colours."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from lanet_jax import merge
from lanet_jax.audit import __main__ as command
from lanet_jax.audit import labelled_faces, witnesses
from lanet_jax.errors import UserError
from lanet_jax.faces.find import Face
from lanet_jax.shards.dealing import Shard

CLASSES = ("anger", "fear", "neutral")


@pytest.fixture(autouse=True)
def network(monkeypatch, colour_network):
    def find(image, scheme="ibug68"):
        points = np.random.default_rng(int(image.sum())).normal(size=(68, 2))
        return Face(np.zeros(4), 1.0, points, 0.0, True), True

    monkeypatch.setattr(witnesses.trained_load, "load", lambda *_: colour_network())
    monkeypatch.setattr(witnesses, "largest_face", find)


@pytest.fixture
def source(tmp_path):
    rng = np.random.default_rng(0)
    for i in range(120):
        given = (i % 3 + (i < 24) * rng.integers(1, 3)) % 3
        image = rng.normal(100, 15, (10, 10, 3)) + 25 * np.eye(3)[i % 3]
        path = tmp_path / "faces" / CLASSES[given] / f"{i:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.clip(image, 0, 255).astype(np.uint8)[..., ::-1])
    return tmp_path / "faces"


def _table(out):
    with open(out / "audit.csv", newline="") as file:
        return list(csv.reader(file))


def test_merged_they_are_the_audit_of_one_command(source, tmp_path, capsys):
    command.audit(source=source, out=tmp_path / "whole", neighbors=3, rank="margin")
    out = tmp_path / "parts"
    for number in (1, 2, 3):
        command.audit(source=source, out=out, neighbors=3, rank="margin", shard=Shard(number, 3))
    assert not out.exists()
    assert "of 120 faces: wrote" in capsys.readouterr().out
    merge.main([str(out)])
    assert _table(out) == _table(tmp_path / "whole")
    pages = [(folder / "audit.html").read_text() for folder in (out, tmp_path / "whole")]
    assert "positions of brows, eyes and mouth" in pages[0]
    assert len(pages[0]) == len(pages[1])


def test_a_prepared_dataset_given_by_name_is_merged_by_its_name(source, tmp_path, monkeypatch):
    load, asked = labelled_faces.load, []

    def named(place, *how):
        asked.append(place)
        return load(source, *how)

    monkeypatch.setattr(labelled_faces, "load", named)
    command.audit(source=Path("demo"), out=tmp_path / "out", shard=Shard(1, 1))
    merge.merge(tmp_path / "out")
    assert asked == [Path("demo")] * 2  # no folder of the place where a shard ran


def test_the_faces_may_have_moved(source, tmp_path):
    out = tmp_path / "out"
    command.audit(source=source, out=out, shard=Shard(1, 1))
    moved = source.rename(tmp_path / "moved")
    with pytest.raises(UserError, match="no such folder or list"):
        merge.merge(out)
    merge.merge(out, moved)
    assert len(_table(out)) == 121
    (moved / "fear" / "new.png").write_bytes(next(moved.rglob("*.png")).read_bytes())
    with pytest.raises(UserError, match="has other faces than the shards saw"):
        merge.merge(out, moved)


def test_shards_that_do_not_fit(source, tmp_path, monkeypatch):
    out = tmp_path / "out"
    command.audit(source=source, out=out, shard=Shard(1, 2))
    with pytest.raises(UserError, match="lacks shard 2/2"):
        merge.merge(out)

    def absent(*_, **__):
        raise UserError("get the models")

    with monkeypatch.context() as patch:
        patch.setattr(witnesses, "largest_face", absent)
        command.audit(source=source, out=out, shard=Shard(2, 2))
    with pytest.raises(UserError, match=r"remarks is \[\] there and .*get the models"):
        merge.merge(out)
    with pytest.raises(UserError, match="--shard is for a folder"):
        command.audit(workdir=tmp_path, shard=Shard(1, 2))
