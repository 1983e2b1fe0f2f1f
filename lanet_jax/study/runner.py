"""Runs cells one at a time, each in its own process."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lanet_jax.errors import UserError
from lanet_jax.files import locks
from lanet_jax.files.atomic import through_no_link
from lanet_jax.run.paths import RunFolder
from lanet_jax.study import outcome
from lanet_jax.study.grid import Cell
from lanet_jax.study.progress import Progress

MAIN = (sys.executable, "-m", "lanet_jax.main")
# A command's error line (`command_line.ending`), possibly after a progress bar.
_ERROR = re.compile(r"(?:^|[\r\n\]])error: ([^\r\n]+)")
# May save a few percent of a CPU step (docs/benchmarks.md). glibc reads this when a process starts;
# other C libraries ignore it.
_HUGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
_GRACE = 60  # seconds that a run has to save and end when the study is stopped


def run(
    cells: Sequence[Cell],
    folder: Path,
    after: Callable[[], object],
    program: Sequence[str],
    seconds: float = 1.0,
) -> dict[str, str]:
    """Runs the unfinished cells; a failure is noted, and the next cell runs.

    Args:
      cells: cells in the order to run them.
      folder: folder of the study, with the cells' work folders.
      after: called after each cell that ran.
      program: command that takes a cell's arguments: `MAIN`, except in tests.
      seconds: seconds between two updates of the progress.

    Returns:
      The reason for each failed cell.

    Raises:
      UserError: another study, or a run that outlived one, uses the folder.
    """
    failed: dict[str, str] = {}
    with alone(folder) as lock:
        waiting = [cell for cell in cells if not outcome.finished(folder / cell.name)]
        progress = Progress(folder, waiting, len(cells) - len(waiting))
        for cell in waiting:
            progress.begin(cell)
            reason = _run_one(cell, folder, program, lock, progress.show, seconds)
            if reason:
                failed[cell.name] = reason
            progress.end(reason)
            after()
    return failed


def _run_one(
    cell: Cell,
    folder: Path,
    program: Sequence[str],
    lock: int,
    look: Callable[[], None],
    seconds: float,
) -> str:
    """Runs one cell to its end; returns why it failed, or ""."""
    home = folder / cell.name
    home.mkdir(parents=True, exist_ok=True)
    log = RunFolder(home).log
    with open(log, "ab", opener=through_no_link) as output:
        start = output.seek(0, os.SEEK_END)  # after the output of earlier attempts
        # The process inherits the lock, so that no second run starts beside it if the study dies,
        # and the locks that the study itself was given.
        os.set_inheritable(lock, True)
        process = subprocess.Popen(
            [*program, *cell.arguments(folder)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**_HUGE_PAGES, **os.environ},
            close_fds=False,
            process_group=0,  # a terminal's Ctrl-C goes to the study alone, which stops its run
        )
        try:
            while True:
                look()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(seconds)
                    break
        except BaseException:
            _stop(process)
            raise
    reason = _reason(process.returncode, log, start)
    if not reason and not outcome.finished(home):
        reason = f"it ended before its work was done, see {log}"
    outcome.note_error(home, reason)
    return reason


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()


def _reason(code: int, log: Path, start: int) -> str:
    if code == 0:
        return ""
    if code < 0:
        memory = ", perhaps out of memory" if code == -signal.SIGKILL else ""
        return f"ended by signal {-code} ({signal.strsignal(-code)}{memory}), see {log}"
    with open(log, "rb") as file:
        file.seek(max(start, file.seek(0, os.SEEK_END) - 65536))
        text = file.read().decode(errors="replace")
    said = _ERROR.findall(text)
    if said:
        return said[-1]
    last = text.replace("\r", "\n").strip().rpartition("\n")[2]
    return f"exit code {code}: {last}, see {log}"


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[int]:
    """Keeps other studies out of the folder by a lock that ends with its last process.

    Args:
      folder: folder of the study.

    Yields:
      The lock's file descriptor.

    Raises:
      UserError: another study, or a run that outlived one, uses the folder.
    """
    lock = os.open(folder, os.O_RDONLY)
    try:
        locks.take(lock)  # some file systems cannot lock folders
    except locks.HeldError as held:
        os.close(lock)
        raise UserError(
            f"{folder}: another study, or a run that one left behind, uses it; wait for it or end "
            "it, or choose another --workdir"
        ) from held
    try:
        yield lock
    finally:
        os.close(lock)
