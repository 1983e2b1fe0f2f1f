"""kill -9 at any moment, the same command again: bit for bit the uninterrupted run."""

import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


def _kill_when(process: subprocess.Popen, reached) -> bool:
    """Kills -9 as soon as `reached()`; False if the run was over before."""
    while process.poll() is None:
        if reached():
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
        time.sleep(0.002)
    return False


MOMENTS = {
    "before the first checkpoint": lambda w: (w / "labels.csv").exists(),
    "while a checkpoint is written": lambda w: any(w.glob("checkpoints/*tmp*")),
    "between checkpoint and evaluation": lambda w: (w / "checkpoints/6").exists(),
    "while the best one is written": lambda w: any(w.glob("checkpoints/best/*tmp*")),
    "in the middle of an epoch": lambda w: '"step": 8' in _text(w / "metrics.jsonl"),
    "after the last step": lambda w: (w / "checkpoints/12").exists(),
}
ATTEMPTS = 5  # a moment lasts milliseconds, which a busy machine may miss


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_ends_like_an_uninterrupted_one(
    moment, command, environment, train, uninterrupted, state_of, tmp_path
):
    for attempt in range(ATTEMPTS):
        workdir = tmp_path / str(attempt)
        with subprocess.Popen(
            command(workdir), cwd=ROOT, env=environment(), stderr=subprocess.DEVNULL
        ) as process:
            killed = _kill_when(process, lambda: MOMENTS[moment](workdir))  # noqa: B023  # not kept
        if killed and not (workdir / "summary.json").exists():
            break
    else:
        pytest.fail("the run ended unharmed")
    train(workdir)
    for name in ("metrics.jsonl", "labels.csv", "distributions.csv", "summary.json"):
        assert (workdir / name).read_bytes() == (uninterrupted / name).read_bytes(), name
    expected, found = state_of(uninterrupted, 12), state_of(workdir, 12)
    assert expected.keys() == found.keys()
    assert all(any(part in key for key in found) for part in ("bank", "queue", "memory"))
    for key, value in expected.items():
        np.testing.assert_array_equal(found[key], value, err_msg=key)


def test_a_finished_run_says_its_numbers_again_and_changes_nothing(train, uninterrupted):
    before = (uninterrupted / "metrics.jsonl").read_bytes()
    done = train(uninterrupted)
    assert "final" in done.stdout
    assert (uninterrupted / "metrics.jsonl").read_bytes() == before
