"""The whole command, tiny, on CPU: it answers every kind of part, and a second one resumes."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.card import answers, plan, trainings
from lanet_jax.files import locks

ROOT = Path(__file__).parents[3]
ONE_DEVICE = f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=1"


def card(folder: Path, *more: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "benchmarks.card", f"--out={folder}", "--tiny", *more]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "JAX_PLATFORMS": "cpu", "XLA_FLAGS": ONE_DEVICE},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("card") / "day"


def test_without_a_gpu_it_says_so(folder):
    done = card(folder)
    assert done.returncode == 1
    assert done.stderr.startswith("error: JAX sees no GPU here (but: cpu)")
    assert not folder.exists()


def test_every_part_answers(folder):
    done = card(folder, "--allow_cpu", "--minutes=60")
    assert done.returncode == 0, done.stderr
    parts = plan.parts(tiny=True)
    found = answers.read(folder, parts)
    assert [a.failed for a in found.values()] == [""] * len(parts), done.stdout
    step = found["step-16-float32"].answer
    assert step["ours"]["operations"] > step["ours"]["bytes"] ** 0.5 > 0
    assert step["ours"]["lde_el_milliseconds"] < step["ours"]["milliseconds"]
    assert step["ours"]["compile_cached"] is False
    assert len(step["ours"]["turns"]) == step["rounds"]
    assert found["deterministic-runs"].answer["second"] == []
    assert found["deterministic-runs"].answer["resumed"] == []
    assert found["deterministic-runs"].answer["resumed_from"] in (4, 8)
    assert found["gradients-ce"].answer["exact"] == 0
    assert found["profile"].answer["scopes"][-1][0] == "sum"
    assert (folder / "cache").is_dir()
    assert (folder / "summary.md").read_text() in done.stdout


def test_two_commands_do_not_share_a_folder(folder):
    held = os.open(folder, os.O_RDONLY)
    try:
        locks.take(held)
        done = card(folder, "--allow_cpu", "--minutes=1")
    finally:
        os.close(held)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {folder}: another such command, or a part that one left behind")


def test_the_next_command_has_nothing_to_do(folder):
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*.json")}
    done = card(folder, "--allow_cpu", "--minutes=1", "--study")
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in folder.glob("*.json")} == before
    assert "trainings: left out" in done.stdout


def test_trainings_stop_in_good_order_when_the_minutes_are_over(tmp_path, monkeypatch, capfd):
    # A study that notes the signal, as lanet_jax.study hands it on.
    (tmp_path / "lanet_jax").mkdir()
    (tmp_path / "lanet_jax" / "__init__.py").touch()
    (tmp_path / "lanet_jax" / "study.py").write_text(
        "import signal, sys, time, pathlib\n"
        "folder = pathlib.Path(sys.argv[2].removeprefix('--workdir='))\n"
        "signal.signal(signal.SIGTERM, lambda *_: ((folder / 'saved').touch(), sys.exit(130)))\n"
        "(folder / 'asked').write_text(' '.join(sys.argv[1:]))\n"
        "time.sleep(600)\n"
    )
    monkeypatch.setattr(trainings, "ROOT", tmp_path)
    monkeypatch.setattr(trainings, "WORTH", 0.0)
    monkeypatch.setattr(trainings, "SAVING", 300)  # at most; it ends at the signal
    folder = tmp_path / "study"
    folder.mkdir()

    class Study(subprocess.Popen):
        """A process whose minutes are over once it listens, however slow the machine is."""

        minutes_are_over = False

        def wait(self, timeout=None):
            if self.minutes_are_over:
                return super().wait(timeout)
            while not ((folder / "asked").exists() and (folder / "asked").read_text()):
                assert self.poll() is None
                time.sleep(0.01)
            self.minutes_are_over = True
            raise subprocess.TimeoutExpired(self.args, timeout)

    monkeypatch.setattr(trainings.subprocess, "Popen", Study)
    done = trainings.run(folder, tmp_path / "data", 0.4, os.environ, study="card.py")
    assert not done
    assert (folder / "saved").exists()
    asked = (folder / "asked").read_text()
    assert asked == f"card.py --workdir={folder} --config.data.dir={tmp_path / 'data'}"
    assert "the run saves" in capfd.readouterr().out
