"""Locks of open files."""

import errno
import fcntl
import os
import socket

import pytest

from lanet_jax.files import locks


@pytest.fixture
def opened(tmp_path):
    """Opens one path twice; each has a lock of its own, as in two processes."""
    files = [os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT) for _ in range(2)]
    yield files
    for file in files:
        os.close(file)


def test_the_second_learns_who_holds_it(opened):
    first, second = opened
    assert locks.take(first) == ""
    locks.sign(first)
    with pytest.raises(locks.HeldError) as caught:
        locks.take(second)
    assert caught.value.holder.startswith(f"process {os.getpid()} on ")
    assert str(caught.value) == caught.value.holder


def test_a_shorter_note_replaces_a_longer_one(opened):
    os.write(opened[0], b"x" * 400)
    locks.sign(opened[0])
    host = socket.gethostname()
    assert os.pread(opened[1], 400, 0) == f"process {os.getpid()} on {host}\n".encode()


def test_a_held_folder_has_no_note(tmp_path):
    first, second = (os.open(tmp_path, os.O_RDONLY) for _ in range(2))
    assert locks.take(first) == ""
    with pytest.raises(locks.HeldError) as caught:
        locks.take(second)
    assert caught.value.holder == ""
    os.close(first)
    assert locks.take(second) == ""
    os.close(second)


def test_a_file_system_without_locks_says_so(opened, monkeypatch):
    def refuse(file, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert locks.take(opened[0]) == "No locks available"
