"""What is no file on a disk is refused before anything waits for it."""

import os
import socket

import pytest

from lanet_jax.errors import UserError
from lanet_jax.files import json_files, npz, regular
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
