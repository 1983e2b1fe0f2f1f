"""What is no file on a disk is refused before anything waits for it."""

import os
import socket

import pytest

from lanet_jax.errors import UserError
from lanet_jax.files import atomic, json_files, npz, regular
from lanet_jax.input import label_lines


def test_files_folders_and_absent_ones_are_for_their_reader(tmp_path):
    (tmp_path / "file").write_text("")
    for name in ("file", "", "absent", "a\0b"):
        regular.check(f"{tmp_path}/{name}")


@pytest.mark.parametrize(
    "read",
    [
        label_lines.read_text,
        lambda path: json_files.read(path, "mend it"),
        npz.members,
        npz.read_npy,
    ],
)
def test_a_pipe_a_device_and_a_socket(read, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("socket")
        for name, kind in (("pipe", "a pipe"), ("socket", "a socket"), ("/dev/zero", "a device")):
            path = tmp_path / name
            with pytest.raises(UserError) as caught:
                read(path)
            assert str(caught.value) == f"{path} is {kind}: a file on a disk was expected"


@pytest.mark.parametrize(
    "write",
    [
        lambda path: atomic.write_text(path, "new"),
        lambda path: npz.write_npz(path, {"a": [1]}),
        lambda path: atomic.write_together({path: lambda file: file.write(b"new")}),
    ],
)
def test_none_of_them_is_replaced(write, tmp_path):
    """`--out=/dev/stdout` is a link to a pipe or a device."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        with pytest.raises(UserError, match="is a pipe: a file on a disk was expected"):
            write(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe"]
    assert (tmp_path / "pipe").is_fifo() and (tmp_path / "link").is_symlink()
