"""A study ends with all that it started, and keeps the command's lock if it outlives it."""

import os
import subprocess
import time

import pytest

from benchmarks.card import trainings
from lanet_jax.files import locks


def alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Makes a file what `python -m lanet_jax.study` runs."""

    def make(script):
        (tmp_path / "lanet_jax").mkdir()
        (tmp_path / "lanet_jax" / "__init__.py").touch()
        (tmp_path / "lanet_jax" / "study.py").write_text(script)

    monkeypatch.setattr(trainings, "ROOT", tmp_path)
    monkeypatch.setattr(trainings, "WORTH", 0.0)
    monkeypatch.setattr(trainings, "SAVING", 1)
    return make


def test_a_study_that_hangs_is_ended_with_what_it_started(study, tmp_path):
    study(
        "import pathlib, signal, subprocess, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "run = subprocess.Popen(['sleep', '600'])\n"
        f"pathlib.Path({str(tmp_path / 'run')!r}).write_text(str(run.pid))\n"
        "time.sleep(600)\n"
    )
    assert not trainings.run(tmp_path / "study", None, 3 / 60, os.environ)
    run = int((tmp_path / "run").read_text())
    end = time.monotonic() + 10  # until the system has taken the orphan away
    while alive(run) and time.monotonic() < end:
        time.sleep(0.01)
    assert not alive(run)


def test_what_a_failed_study_leaves_behind_is_ended(study, tmp_path):
    study(
        "import pathlib, subprocess\n"
        "run = subprocess.Popen(['sleep', '600'])\n"
        f"pathlib.Path({str(tmp_path / 'run')!r}).write_text(str(run.pid))\n"
        "raise SystemExit(1)\n"
    )
    with pytest.raises(trainings.UserError, match=r"the trainings in .* failed"):
        trainings.run(tmp_path / "study", None, 1, os.environ)
    run = int((tmp_path / "run").read_text())
    end = time.monotonic() + 10
    while alive(run) and time.monotonic() < end:
        time.sleep(0.01)
    assert not alive(run)


def test_a_study_keeps_the_lock_of_the_command_that_started_it(study, tmp_path, monkeypatch):
    study("import time; time.sleep(600)")
    monkeypatch.setattr(trainings, "_stop", lambda process: started.append(process))
    monkeypatch.setattr(trainings, "SAVING", 60)
    started: list[subprocess.Popen] = []
    lock = os.open(tmp_path, os.O_RDONLY)
    locks.take(lock)
    assert not trainings.run(tmp_path / "study", None, 0.01, os.environ, lock)
    os.close(lock)  # as when the command is killed
    again = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(locks.HeldError):
            locks.take(again)
        started[0].kill()
        started[0].wait()
        assert locks.take(again) == ""
    finally:
        started[0].kill()
        os.close(again)
