"""A working folder that one process holds at a time."""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from lanet_jax.errors import UserError
from lanet_jax.files import locks

LOCK = "lock"


@contextlib.contextmanager
def claim(folder: Path, work: str) -> Iterator[None]:
    """Keeps every other process out of a folder while the block runs.

    The system frees the claim when the process ends, however it ends; files left in the folder
    remain for the next one.

    Args:
      folder: created if it does not exist.
      work: the work in progress, named in the other process's error.

    Raises:
      UserError: another process holds the folder.
    """
    file = None
    while file is None:
        folder.mkdir(parents=True, exist_ok=True)
        file = _locked(folder / LOCK, work)
    try:
        yield
    finally:
        os.close(file)


def clear(folder: Path) -> None:
    """Removes everything in a claimed folder except its lock."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def _locked(path: Path, work: str) -> int | None:
    """The open, locked file; None if its owner removed it in between, as it does at its end."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    except FileNotFoundError:
        return None
    try:
        unlockable = locks.take(file)
    except locks.HeldError as held:
        os.close(file)
        holder = held.holder or "another process"
        raise UserError(f"{work} is already running ({holder}): wait for it, or end it") from None
    if unlockable:
        print(
            f"warning: {path} cannot be locked ({unlockable}): do not start {work} twice",
            file=sys.stderr,
        )
        return file
    with contextlib.suppress(OSError):
        if os.path.samestat(os.fstat(file), os.stat(path, follow_symlinks=False)):
            locks.sign(file)
            return file
    os.close(file)
    return None
