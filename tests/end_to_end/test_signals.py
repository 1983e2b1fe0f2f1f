"""SIGTERM and SIGINT at any stage of a run: it ends in good order and says how to resume."""

import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import bitwise

ROOT = Path(__file__).parents[2]


def _reached(workdir: Path, step: int) -> bool:
    path = workdir / "metrics.jsonl"
    return path.exists() and f'"step": {step},' in path.read_text()


def _listens(process: subprocess.Popen) -> bool:
    status = Path(f"/proc/{process.pid}/status").read_text()
    (caught,) = [int(s.split()[1], 16) for s in status.splitlines() if s.startswith("SigCgt")]
    return bool(caught >> (signal.SIGTERM - 1) & 1)


def _stop(command: list[str], environment, number: int, wait_for, reached) -> tuple[str, list[str]]:
    """Starts a command, signals it and gives the line that it ends with, and how to resume it."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_for(lambda: reached(process), process)
        process.send_signal(number)
        output, errors = process.communicate()
    assert process.returncode == 0, errors[-3000:]
    assert "stopping" in errors and "Traceback" not in errors
    (line,) = [line for line in output.splitlines() if line.startswith("stopped ")]
    where, _, again = line.partition("; to resume: ")
    python, *arguments = shlex.split(again)
    assert python in ("python", sys.executable)
    return where, [sys.executable, *arguments]


@pytest.mark.parametrize(("number", "step"), [(signal.SIGTERM, 4), (signal.SIGINT, 7)])
def test_a_signal_saves_in_mid_epoch_and_the_printed_command_ends_it_alike(
    number, step, command, environment, uninterrupted, wait_for, tmp_path
):
    workdir = tmp_path / "run"
    where, again = _stop(
        command(workdir), environment, number, wait_for, lambda _: _reached(workdir, step)
    )
    assert where.startswith("stopped and saved at step ") and where.endswith(" of 12")
    assert not (workdir / "summary.json").exists()
    subprocess.run(again, cwd=ROOT, env=environment(), check=True)
    assert bitwise.differences(workdir, uninterrupted) == []


def test_a_signal_before_or_after_training_is_heard_as_well(
    command, environment, uninterrupted, wait_for, tmp_path
):
    workdir = tmp_path / "run"
    where, again = _stop(command(workdir), environment, signal.SIGTERM, wait_for, _listens)
    assert where == "stopped before training" and not (workdir / "metrics.jsonl").exists()
    summary = workdir / "summary.json"
    where, again = _stop(again, environment, signal.SIGINT, wait_for, lambda _: summary.exists())
    assert where.startswith("stopped and saved at step 12 of 12, before the ")
    assert not (workdir / "report.html").exists()
    subprocess.run(again, cwd=ROOT, env=environment(), check=True)
    assert (workdir / "report.html").exists()
    assert bitwise.differences(workdir, uninterrupted) == []


LONG = 800  # epochs of 3 steps, as several processes hear a signal only up to a second later


def _stop_hosts(processes, told: int, wait_for, reached) -> tuple[int, list[str]]:
    """Signals one of several processes; gives the step at which all stop, and what each says."""
    try:
        wait_for(reached, *processes)
        processes[told].send_signal(signal.SIGTERM)
        said = [process.communicate(timeout=300)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert [process.returncode for process in processes] == [0] * len(processes), said
    (line,) = [line for line in said[0].splitlines() if line.startswith("stopped and saved at")]
    return int(line.split(" at step ")[1].split()[0]), said


def test_two_hosts_stop_at_one_step_when_one_of_them_is_told_and_again_when_they_resume(
    command, start_hosts, wait_for, tmp_path
):
    workdir, start = tmp_path / "run", 0
    for told in (1, 0):  # a resumed run is at another step than its count of questions
        processes = start_hosts(2, command(workdir, f"--config.optim.epochs={LONG}"))
        reached = lambda: _reached(workdir, start + 4)  # noqa: B023, E731  # not kept
        step, said = _stop_hosts(processes, told, wait_for, reached)
        assert start + 4 < step < 3 * LONG and (workdir / "checkpoints" / str(step)).exists()
        assert "stopped and saved" not in said[1]
        last = (workdir / "metrics.jsonl").read_text().splitlines()[-1]
        assert f'"step": {step},' in last and '"train"' in last
        start = step


def test_two_hosts_hear_a_signal_that_falls_into_a_save(command, start_hosts, wait_for, tmp_path):
    """Orbax asks the same service for a meeting point, which then would be missed."""
    workdir = tmp_path / "run"
    flags = (f"--config.optim.epochs={LONG}", "--config.train.checkpoint_every=2")
    processes = start_hosts(2, command(workdir, *flags))
    saving = lambda: list(workdir.glob("checkpoints/4*"))  # noqa: E731
    step, _ = _stop_hosts(processes, 1, wait_for, saving)
    assert 4 <= step < 3 * LONG
