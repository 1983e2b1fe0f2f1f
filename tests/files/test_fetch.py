"""What is asked of pip, and what its failures become."""

import subprocess

import pytest

from lanet_jax.errors import UserError
from lanet_jax.files import fetch


def test_pip_is_asked_for_one_file_of_one_package(monkeypatch, tmp_path):
    commands = []

    def run(command, **options):
        commands.append(command)
        (tmp_path / "some.tar.gz").touch()
        return subprocess.CompletedProcess(command, 0, stderr="")

    monkeypatch.setattr(fetch.subprocess, "run", run)
    found = fetch.pip_download("some==1.0", 3, ("--no-binary=:all:",), tmp_path)
    assert found == tmp_path / "some.tar.gz"
    assert commands[0][1:4] == ["-m", "pip", "download"] and commands[0][-1] == "some==1.0"
    assert {"--no-deps", "--no-binary=:all:", f"--dest={tmp_path}"} < set(commands[0])


@pytest.mark.parametrize(
    ("code", "stderr", "reason"),
    [
        (1, "WARNING: x\nERROR: no network\nmore\n", "ERROR: no network"),
        (3, "", "exit code 3"),
        (0, "", "exit code 0"),  # and no file
    ],
)
def test_pip_fails(monkeypatch, tmp_path, code, stderr, reason):
    done = subprocess.CompletedProcess([], code, stderr=stderr)
    monkeypatch.setattr(fetch.subprocess, "run", lambda *args, **options: done)
    with pytest.raises(UserError, match=rf"could not download some==1\.0 \({reason}\)"):
        fetch.pip_download("some==1.0", 3, (), tmp_path)


def test_what_a_failed_download_left_is_not_taken(monkeypatch, tmp_path):
    (tmp_path / "some.tar.gz").touch()
    done = subprocess.CompletedProcess([], 1, stderr="ERROR: no space\n")
    monkeypatch.setattr(fetch.subprocess, "run", lambda *args, **options: done)
    with pytest.raises(UserError, match="no space"):
        fetch.pip_download("some==1.0", 3, (), tmp_path)


def test_no_pip(monkeypatch, tmp_path):
    monkeypatch.setattr(fetch.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="ensurepip"):
        fetch.pip_download("some==1.0", 3, (), tmp_path)
