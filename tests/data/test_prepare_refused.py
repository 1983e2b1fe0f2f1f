"""What prepare refuses or leaves alone, and that a failure leaves nothing behind."""

import shutil

import pytest

from data import building
from data.prepare import parse
from lanet_jax.errors import UserError

LINES = ["train_00001.jpg 1", "train_00002.jpg 4", "train_00003.jpg 4", "test_0001.jpg 7"]


def test_a_finished_folder_is_left_alone_unless_told(
    prepare, fails, stored, rafdb_tree, tmp_path, capsys
):
    source = rafdb_tree(LINES)
    command = ("rafdb", "--source", source, "--data_dir", tmp_path / "out")
    prepare(*command)
    folder = tmp_path / "out" / "rafdb" / "1.0.0"
    written = (folder / "dataset_info.json").stat().st_mtime_ns
    capsys.readouterr()
    prepare(*command)
    told = capsys.readouterr().out
    assert "is prepared already; nothing was done (--overwrite prepares it again)\n" in told
    rafdb_tree(LINES[1:])
    line = fails(*command)
    assert f"--source {source} lists 3 images, and it was made from 4 of {source}. Add" in line
    assert "--overwrite to prepare it again, or give another --data_dir" in line
    assert (folder / "dataset_info.json").stat().st_mtime_ns == written
    prepare(*command, "--overwrite")
    assert sorted(stored(folder, "train")) == ["train_00002.jpg", "train_00003.jpg"]


def test_a_folder_that_is_something_else_is_left_alone(fails, rafdb_tree, tmp_path, write):
    write(tmp_path / "out" / "rafdb" / "1.0.0" / "mine.txt", "x")
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", tmp_path / "out")
    assert "exists and is not a prepared dataset" in fails(*command)


def test_a_run_that_fails_leaves_nothing_new(prepare, fails, rafdb_tree, tmp_path, monkeypatch):
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", tmp_path / "out")
    prepare(*command)
    folder = tmp_path / "out" / "rafdb" / "1.0.0"
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}

    def full(*_):
        raise OSError(building.errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(building.check, "count", full)
    assert "no space left in" in fails(*command, "--overwrite")
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["rafdb"]


def test_what_a_killed_run_left_does_not_count(prepare, stored, rafdb_tree, tmp_path):
    out = tmp_path / "out"
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", out)
    prepare(*command)
    # As if a run had been killed between writing and renaming, with other data.
    (out / ".rafdb-1.0.0.incomplete").mkdir()
    (out / "rafdb").rename(out / ".rafdb-1.0.0.incomplete" / "rafdb")
    rafdb_tree(LINES[1:])
    prepare(*command)
    assert len(stored(out / "rafdb" / "1.0.0", "train")) == 2
    assert [path.name for path in out.iterdir()] == ["rafdb"]


def test_a_second_command_at_the_same_time_is_one_line_and_harms_nothing(
    prepare, fails, stored, rafdb_tree, tmp_path, monkeypatch
):
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", tmp_path / "out")
    write = building._write
    second = []

    def write_while_another_tries(builder):
        monkeypatch.setattr(building, "_write", write)
        second.append(fails(*command))
        return write(builder)

    monkeypatch.setattr(building, "_write", write_while_another_tries)
    prepare(*command)
    assert f"preparing {tmp_path / 'out' / 'rafdb' / '1.0.0'} is already running" in second[0]
    assert len(stored(tmp_path / "out" / "rafdb" / "1.0.0", "train")) == 3
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["rafdb"]


def test_what_another_command_finished_meanwhile_is_left_alone(
    prepare, rafdb_tree, tmp_path, monkeypatch, capsys
):
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", tmp_path / "out")
    look = building.assembly.look_at_all

    def look_while_another_prepares(listing):
        monkeypatch.setattr(building.assembly, "look_at_all", look)
        prepare(*command)
        return look(listing)

    monkeypatch.setattr(building.assembly, "look_at_all", look_while_another_prepares)
    prepare(*command)
    assert capsys.readouterr().out.count("is prepared already; nothing was done") == 1


def test_too_little_room_is_said_before_writing(fails, rafdb_tree, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(building.shutil, "disk_usage", lambda _: usage)
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", tmp_path / "out")
    assert "has 0.0 GB left" in fails(*command)


def test_broken_images_end_the_command(fails, rafdb_tree, tmp_path):
    source = rafdb_tree(LINES)
    broken = source / "Image/aligned/train_00002_aligned.jpg"
    broken.write_bytes(broken.read_bytes()[:-20])
    message = fails("rafdb", "--source", source, "--data_dir", tmp_path / "out")
    assert "1 file is truncated or not an image: Image/aligned/train_00002_aligned.jpg" in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fer2013"], "invalid choice: 'fer2013'"),
        (["rafdb"], "required: --source"),
        (["rafdb", "--source", "x", "--classes", "7"], "unrecognized arguments: --classes 7"),
        (["ferplus", "--source", "x", "--labels", "mean"], "invalid choice: 'mean'"),
        (["folder", "--source", "x", "--name", "rafdb"], "'rafdb' cannot name your folder"),
        (["folder", "--source", "x", "--name", "A b"], "'A b' cannot name your folder"),
    ],
)
def test_wrong_arguments_are_one_line(arguments, message):
    with pytest.raises(UserError, match=message) as caught:
        parse(arguments)
    assert "\n" not in str(caught.value)


def test_an_absent_source_is_one_line(fails, tmp_path):
    command = ("rafdb", "--source", tmp_path / "no", "--data_dir", tmp_path / "out")
    assert "no: nothing is there" in fails(*command)


def test_a_data_dir_that_cannot_be_made_is_one_line(fails, rafdb_tree, tmp_path, write):
    data_dir = write(tmp_path / "file", "x")
    command = ("rafdb", "--source", rafdb_tree(LINES), "--data_dir", data_dir)
    assert f"cannot write {data_dir}" in fails(*command)


def test_an_absent_landmark_file_is_one_line(fails, rafdb_tree, tmp_path):
    command = ("rafdb", "--source", rafdb_tree(LINES), "--landmarks", tmp_path / "l.npz")
    assert "l.npz: no such landmark file" in fails(*command, "--data_dir", tmp_path)
