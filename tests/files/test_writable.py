"""What cannot be written is told before, and asking leaves nothing."""

from pathlib import Path

import pytest

from lanet_jax.errors import UserError
from lanet_jax.files import writable


def test_asking_leaves_nothing(tmp_path):
    writable.check_folder(tmp_path)
    writable.check_folder(tmp_path / "absent" / "below")
    writable.check_file(tmp_path / "absent" / "file")
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_stays(tmp_path):
    (tmp_path / "file").write_text("mine")
    writable.check_file(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_files_on_the_way_folders_and_closed_folders_are_refused(tmp_path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UserError, match="file is not a folder: choose another"):
            writable.check_folder(path)
    with pytest.raises(UserError, match="is a folder: choose another name"):
        writable.check_file(tmp_path)


def test_what_cannot_be_written_is_named_as_it_was_asked_for():
    # Also root cannot write there, so that the temporary file is what fails.
    for check, name in ((writable.check_folder, "/proc/a/b"), (writable.check_file, "/proc/c.csv")):
        with pytest.raises(OSError) as caught:
            check(Path(name))
        assert caught.value.filename == name and caught.value.errno
