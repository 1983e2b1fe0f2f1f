import csv

import pytest

from lanet_jax.errors import UserError, exit_on_user_error
from lanet_jax.files.atomic import replacing, write_csv, write_text, write_together


def test_a_whole_file_replaces_the_old_one(tmp_path):
    path = tmp_path / "a.json"
    for text in ("old", "n\u00e9w\r\n"):
        write_text(path, text)
        assert path.read_bytes() == text.encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_table(tmp_path):
    write_csv(tmp_path / "a.csv", ("x", "y"), [(1, "a,b"), (2, 'say "c"')])
    with open(tmp_path / "a.csv", newline="") as file:
        assert list(csv.reader(file)) == [["x", "y"], ["1", "a,b"], ["2", 'say "c"']]


def test_an_error_on_the_way_leaves_the_old_file(tmp_path):
    path = tmp_path / "a"
    write_text(path, "old")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_of_files_that_belong_together_none_is_written_alone(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"

    def fail(file):
        file.write(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match=r"2: cannot be written: No space"):
        write_together({one: lambda file: file.write(b"whole"), two: fail})
    assert not list(tmp_path.iterdir())
    two.mkdir()  # seen when it is renamed, after the first was
    with pytest.raises(UserError, match="2: cannot be written"):
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


def test_a_link_in_the_place_of_the_temporary_file_is_not_written_through(tmp_path):
    target = tmp_path / "target"
    target.write_text("mine")
    for name in ("a", "b"):
        (tmp_path / f"{name}.tmp").symlink_to(target)
    write_text(tmp_path / "a", "text")
    write_together({tmp_path / "b": lambda file: file.write(b"text")})
    assert target.read_text() == "mine"
    for name in ("a", "b"):
        path = tmp_path / name
        assert path.read_text() == "text" and not path.is_symlink()


def test_a_link_in_the_place_of_the_file_is_replaced(tmp_path):
    target, path = tmp_path / "target", tmp_path / "a"
    target.write_text("mine")
    path.symlink_to(target)
    write_text(path, "text")
    assert target.read_text() == "mine" and path.read_text() == "text" and not path.is_symlink()
