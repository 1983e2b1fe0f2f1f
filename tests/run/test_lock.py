import fcntl
import os
import signal
import socket
import subprocess
import sys

import pytest

from lanet_jax.errors import UserError
from lanet_jax.run import lock

HOLDER = """
import sys, time
from pathlib import Path
from lanet_jax.run import lock
lock.hold(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def test_a_second_one_is_refused_until_the_first_is_killed(tmp_path):
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "held\n"
            before = (tmp_path / "run" / ".lock").read_bytes()
            with pytest.raises(UserError) as caught:
                lock.hold(tmp_path / "run")
            assert f"process {process.pid} on {socket.gethostname()}" in str(caught.value)
            assert (tmp_path / "run" / ".lock").read_bytes() == before
        finally:
            process.send_signal(signal.SIGKILL)
    os.close(lock.hold(tmp_path / "run"))


def test_a_lock_is_held_until_its_file_is_closed(tmp_path):
    file = lock.hold(tmp_path)
    with pytest.raises(UserError, match=f"process {os.getpid()} "):
        lock.hold(tmp_path)
    os.close(file)
    os.close(lock.hold(tmp_path))


def test_a_file_system_without_locks_is_warned_of(tmp_path, monkeypatch, capsys):
    def refuse(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert lock.hold(tmp_path) is None
    line = capsys.readouterr().err
    assert line.startswith("warning: ") and "No locks available" in line and line.count("\n") == 1


@pytest.mark.parametrize("workdir", ["file", "file/run"])
def test_a_file_in_the_way_is_named(tmp_path, workdir):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"cannot be a work folder .*file"):
        lock.hold(tmp_path / workdir)


def test_a_link_in_the_place_of_the_lock_is_refused_and_not_written_through(tmp_path):
    target = tmp_path / "target"
    target.write_text("mine")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".lock").symlink_to(target)
    with pytest.raises(UserError, match=r"\.lock is a symbolic link, which no run makes"):
        lock.hold(tmp_path / "run")
    assert target.read_text() == "mine"
