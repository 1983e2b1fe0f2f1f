import csv
import os
from pathlib import Path

import pytest

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.errors import UserError
from lanet_jax.files import atomic
from lanet_jax.files.atomic import replacing, write_csv, write_text, write_together


def test_a_whole_file_replaces_the_old_one(tmp_path):
    path = tmp_path / "a.json"
    for text in ("old", "n\u00e9w\r\n"):
        write_text(path, text)
        assert path.read_bytes() == text.encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_table(tmp_path):
    rows = [["1", "a,b"], ["2", 'say "c"'], ["3", "a\rb"], ["4", "a\r\nb"], ["\n", ""]]
    write_csv(tmp_path / "a.csv", ("x", "y"), rows)
    with open(tmp_path / "a.csv", newline="") as file:
        assert list(csv.reader(file)) == [["x", "y"], *rows]
    assert (tmp_path / "a.csv").read_bytes().startswith(b'x,y\n1,"a,b"\n')


def test_an_error_on_the_way_leaves_the_old_file(tmp_path):
    path = tmp_path / "a"
    write_text(path, "old")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_files_that_belong_together_are_on_disk_before_any_has_its_name(tmp_path, monkeypatch):
    one, two = tmp_path / "1", tmp_path / "2"
    events = []
    sync, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda file: events.append("sync") or sync(file))
    monkeypatch.setattr(os, "replace", lambda a, b: events.append(b.name) or rename(a, b))
    write_together({one: lambda file: file.write(b"first"), two: lambda file: file.write(b"next")})
    assert events == ["sync", "sync", "1", "2"]
    assert one.read_bytes() == b"first" and two.read_bytes() == b"next"
    assert sorted(tmp_path.iterdir()) == [one, two]


def test_of_files_that_belong_together_none_is_written_alone(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"

    def fail(file):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match=r"No space left on device: .*2'"):
        write_together({one: lambda file: file.write(b"whole"), two: fail})
    assert not list(tmp_path.iterdir())
    two.mkdir()  # seen when it is renamed, after the first was
    with pytest.raises(IsADirectoryError, match="2'"):
        write_together({two: lambda file: None, one: lambda file: None})
    assert list(tmp_path.iterdir()) == [two]


@pytest.mark.parametrize(
    ("name", "said"),
    [("folder", "a folder has this name"), ("file/a", "a file has the name of a folder")],
)
def test_a_name_that_is_taken_ends_a_command_with_one_line(tmp_path, capsys, name, said):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit) as ended:
        exit_on_user_error(lambda: write_text(tmp_path / name, "text"))()
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith(f"error: {tmp_path / name}: {said}")


def test_a_path_without_a_name_is_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path in (Path("."), Path("/")):
        with pytest.raises(UserError, match=f"^{path} is a folder: name a file in it"):
            write_text(path, "text")


def test_two_processes_that_write_one_file_leave_one_of_both_whole(tmp_path):
    path = tmp_path / "a"
    with replacing(path) as first, replacing(path) as second:
        first.write_text("first")
        second.write_text("second")
    assert path.read_text() == "first"  # the outer block ended last
    assert list(tmp_path.iterdir()) == [path]


def test_links_that_lie_there_are_not_written_through(tmp_path, monkeypatch):
    (tmp_path / "mine").write_text("kept")
    monkeypatch.setattr(atomic.secrets, "token_hex", lambda _: "known")
    (tmp_path / f".a.{os.getpid()}-known.tmp").symlink_to(tmp_path / "mine")
    with pytest.raises(FileExistsError):
        write_text(tmp_path / "a", "text")
    assert (tmp_path / "mine").read_text() == "kept"


def test_a_name_as_long_as_can_be(tmp_path):
    for name in ("a" * 255, "\u00e4" * 127):
        write_text(tmp_path / name, "text")
        assert (tmp_path / name).read_text() == "text"


def test_the_file_has_the_mode_of_any_other(tmp_path):
    (tmp_path / "plain").write_text("")
    write_text(tmp_path / "a", "")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_in_the_place_of_the_file_is_replaced(tmp_path):
    target, path = tmp_path / "target", tmp_path / "a"
    target.write_text("mine")
    path.symlink_to(target)
    write_text(path, "text")
    assert target.read_text() == "mine" and path.read_text() == "text" and not path.is_symlink()
