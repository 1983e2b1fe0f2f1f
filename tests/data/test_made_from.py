"""A prepared dataset is only what a command asks for if it was made from the same."""

import os

import numpy as np
import pytest

from data import made_from
from data.rafdb import source as rafdb

POINTS = np.array([[2, 2], [6, 2], [4, 4], [3, 6], [5, 6]], np.float32)


@pytest.fixture
def faces(tmp_path, write, encode):
    """Three images of each of two classes, and their landmark file."""
    names = [f"{label}/{n}.png" for label in ("anger", "fear") for n in range(3)]
    for seed, name in enumerate(names):
        write(tmp_path / "faces" / name, encode(seed))
    _points(tmp_path / "l.npz", names)
    return tmp_path / "faces"


def _points(path, names, shift=0.0):
    points = np.stack([POINTS + shift] * len(names))
    np.savez(path, name=names, points=points, ok=np.ones(len(names), bool), scheme="points5")
    return path


@pytest.fixture
def words(faces, tmp_path):
    """The command line with everything given."""
    given = {"--source": faces, "--landmarks": tmp_path / "l.npz", "--data_dir": tmp_path / "out"}

    def line(**changed):
        flags = given | {f"--{name}": value for name, value in changed.items()}
        flat = [word for pair in flags.items() if pair[1] is not None for word in pair]
        return "folder", "--name", "mine", *flat

    return line


@pytest.fixture
def prepared(prepare, words, capsys):
    prepare(*words(holdout=0.4))
    capsys.readouterr()


def test_the_same_files_are_the_same_work_wherever_they_lie(
    prepared, prepare, words, faces, tmp_path, capsys, monkeypatch
):
    moved = faces.rename(tmp_path / "moved")
    points = (tmp_path / "l.npz").rename(tmp_path / "m.npz")
    prepare(*words(source=moved, landmarks=points, holdout=0.4))
    faces.symlink_to(moved)
    monkeypatch.chdir(tmp_path)
    prepare(*words(source="faces", landmarks="m.npz", holdout=0.4))
    told = capsys.readouterr().out
    assert (
        told.count("is prepared already; nothing was done (--overwrite prepares it again)\n") == 2
    )


def test_what_is_not_there_any_more_is_told_by_its_path(
    prepared, prepare, fails, words, faces, tmp_path, capsys
):
    faces.rename(tmp_path / "moved")
    os.remove(tmp_path / "l.npz")
    prepare(*words(holdout=0.4))
    assert "nothing was done" in capsys.readouterr().out
    assert "--source other: nothing is there" in fails(*words(source="other", holdout=0.4))


def test_other_options_are_refused_by_name(prepared, fails, words, tmp_path):
    line = fails(*words(align=16))
    assert (
        f"{tmp_path / 'out/mine/1.0.0'} is prepared already from something else: --holdout is 0.0"
    )
    assert "--holdout is 0.0 and was 0.4; --align is 16 and was 0. Add --overwrite" in line


def test_other_files_are_refused_by_name(prepared, prepare, fails, words, faces, tmp_path):
    other = _points(tmp_path / "m.npz", ["anger/0.png"], shift=1)
    line = fails(*words(landmarks=other, holdout=0.4))
    assert f"--landmarks {other} is another file than {tmp_path / 'l.npz'} was. Add" in line
    line = fails(*words(landmarks=None, holdout=0.4))
    assert f"--landmarks is not given and was {tmp_path / 'l.npz'}" in line
    (faces / "fear/2.png").rename(faces / "anger/3.png")  # as one corrects a label
    line = fails(*words(holdout=0.4))
    assert f"--source {faces} lists other names or classes than {faces} did before" in line
    (faces / "anger/3.png").unlink()
    line = fails(*words(holdout=0.4))
    assert f"--source {faces} lists 5 images, and it was made from 6 of {faces}" in line
    prepare(*words(holdout=0.4), "--overwrite")
    prepare(*words(holdout=0.4))


def test_a_dataset_prepared_before_this_was_noted_is_left_alone(
    prepared, prepare, fails, words, tmp_path, capsys
):
    noted = tmp_path / "out/mine/1.0.0" / made_from.FILE
    noted.write_text("{}")
    assert f"{noted} is not what `lanet prepare` wrote; add --overwrite" in fails(*words())
    noted.unlink()
    prepare(*words())
    assert "it is not noted what it was made from, so that was not" in capsys.readouterr().out


def test_generated_data_of_another_size_are_refused(prepare, fails, tmp_path, capsys):
    command = ("demo", "--test", 3, "--data_dir", tmp_path)
    prepare(*command, "--train", 4)
    prepare(*command, "--train", 4, "--size", 48)  # which is the default
    assert "nothing was done" in capsys.readouterr().out
    assert "--train is 6000 and was 4. Add --overwrite" in fails(*command)


def test_to_compare_a_finished_dataset_no_points_are_moved(
    prepare, rafdb_tree, tmp_path, monkeypatch, capsys
):
    source = rafdb_tree(["train_00001.jpg 1", "test_0001.jpg 7"])
    command = ("rafdb", "--source", source, "--annotation", "auto", "--data_dir", tmp_path / "out")
    moved = []
    monkeypatch.setattr(rafdb, "_add_points", lambda *given: moved.append(given))
    prepare(*command)
    prepare(*command)
    assert "nothing was done" in capsys.readouterr().out
    assert len(moved) == 1
