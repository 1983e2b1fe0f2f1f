import os
import subprocess

import pytest

from lanet_jax.errors import UserError
from lanet_jax.study import outcome, runner
from lanet_jax.study.grid import cells
from lanet_jax.study.progress import Progress


def _run(study, folder, fake, tables=None):
    after = (lambda: None) if tables is None else (lambda: tables.append(1))
    return runner.run(cells(study), folder, after, fake.program, seconds=0.2)


def test_failures_are_noted_the_rest_is_run_and_the_next_start_does_what_is_missing(
    study, folder, fake, capsys
):
    fake.trouble(ce_0="error", lanet_0="kill", ce_1="early")
    tables = []
    failed = _run(study, folder, fake, tables)
    assert fake.calls() == ["ce-0", "lanet-0", "ce-1", "lanet-1"]
    assert len(tables) == 4
    assert list(failed) == ["ce/demo/seed0", "lanet/demo/seed0", "ce/demo/seed1"]
    assert failed["ce/demo/seed0"] == "the images are gone: bring them back"
    assert "signal 9" in failed["lanet/demo/seed0"] and "memory" in failed["lanet/demo/seed0"]
    assert "ended before its work was done" in failed["ce/demo/seed1"]
    said = capsys.readouterr().err
    assert "[1/4] ce/demo/seed0 failed: the images are gone" in said
    assert "[4/4] lanet/demo/seed1 finished in under 1 min" in said
    for cell in cells(study):
        assert outcome.error(folder / cell.name) == failed.get(cell.name, "")
        assert outcome.finished(folder / cell.name) == (cell.name not in failed)

    fake.trouble()
    assert _run(study, folder, fake) == {}
    assert fake.calls() == ["ce-0", "lanet-0", "ce-1"]
    assert outcome.state(folder / "ce/demo/seed0") == "finished"
    assert outcome.error(folder / "ce/demo/seed0") == ""

    assert _run(study, folder, fake) == {}
    assert fake.calls() == []


def test_a_traceback_is_told_by_its_last_line_and_not_by_an_attempt_before(study, folder, fake):
    for trouble in ("error", "traceback"):
        fake.trouble(ce_0=trouble)
        failed = runner.run(cells(study)[:1], folder, lambda: None, fake.program, seconds=0.2)
    reason = failed["ce/demo/seed0"]
    assert reason.startswith("exit code 1: ValueError: out of range") and "log.txt" in reason


def test_stopping_the_study_stops_its_run(study, folder, fake, monkeypatch):
    fake.trouble(ce_0="hang")
    pid = fake.home / "pid.txt"

    def interrupt(self):
        if pid.exists() and pid.read_text():
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "show", interrupt)
    with pytest.raises(KeyboardInterrupt):
        _run(study, folder, fake)
    assert fake.calls() == ["ce-0"]
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
    assert outcome.error(folder / "ce/demo/seed0") == ""


def test_no_second_study_beside_a_run_that_one_left_behind(study, folder, fake):
    with runner.alone(folder) as lock:
        orphan = subprocess.Popen(["sleep", "60"], pass_fds=[lock])
    try:
        with pytest.raises(UserError, match="another study"):
            _run(study, folder, fake)
    finally:
        orphan.kill()
        orphan.wait()
    assert fake.calls() == []
    with runner.alone(folder):
        pass


def test_a_run_keeps_the_lock_of_its_study_and_those_that_the_study_was_given(
    study, folder, tmp_path
):
    given, out = os.open(tmp_path, os.O_RDONLY), tmp_path / "open.txt"
    os.set_inheritable(given, True)
    lists = ["sh", "-c", f"ls -l /proc/$$/fd >> '{out}'", "sh"]
    try:
        runner.run(cells(study)[:1], folder, lambda: None, lists, seconds=0.2)
    finally:
        os.close(given)
    held = [line.rpartition(" -> ")[2] for line in out.read_text().splitlines()]
    assert str(tmp_path) in held
    assert any(path.startswith(f"{folder}/") and "lock" in path for path in held)


def test_of_several_error_lines_the_last_is_the_reason(tmp_path):
    log = tmp_path / "log.txt"
    log.write_text("error: early\n 50%|#####     |\rerror: late\nwith no error: at its start\n")
    assert runner._reason(1, log, 0) == "late"
