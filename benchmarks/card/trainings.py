"""Runs the trainings that need a GPU as a study, which can be resumed."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from lanet_jax.errors import UserError

ROOT = Path(__file__).parents[2]
STUDY = "configs/studies/gpu.py"
SAVING = 90  # seconds from the signal to the last minute; the study gives its run 60 of them
WORTH = 2.0  # minutes below which no training is started


def run(
    folder: Path,
    data_dir: Path | None,
    minutes: float,
    environment: Mapping[str, str],
    lock: int | None = None,
    study: str = STUDY,
) -> bool:
    """Trains until the minutes are over; the next call resumes where this one saved.

    Args:
      folder: folder of the study.
      data_dir: folder of the prepared data; None for the config's own.
      minutes: minutes from now.
      environment: variables of the study's process.
      lock: lock on the folder of the answers; a study that outlives this process keeps it.
      study: file of the study.

    Returns:
      Whether all trainings are done.

    Raises:
      UserError: the study failed; it has printed why.
    """
    if minutes < WORTH:
        print(f"trainings: left out, {minutes:.1f} minutes are left")
        return False
    command = [sys.executable, "-m", "lanet_jax.study", study, f"--workdir={folder.absolute()}"]
    if data_dir:
        command.append(f"--config.data.dir={data_dir.absolute()}")
    print(f"trainings: {minutes:.1f} minutes", flush=True)
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        pass_fds=[] if lock is None else [lock],
        process_group=0,
    )
    try:
        code = process.wait(max(0.0, 60 * minutes - SAVING))
    except subprocess.TimeoutExpired:
        print("trainings: the minutes are over, the run saves", flush=True)
        return False
    finally:
        _stop(process)
    if code:
        raise UserError(
            f"the trainings in {folder} failed, as told above; the same command resumes them"
        )
    return True


def _stop(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)  # the study passes it on to its run, which saves
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(SAVING)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # and whatever it has left behind
        process.wait()
