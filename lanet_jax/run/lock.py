"""Locks a work folder, so that only one run at a time uses it."""

import errno
import os
import sys
from pathlib import Path

from lanet_jax.errors import UserError
from lanet_jax.files import locks
from lanet_jax.run.paths import RunFolder


def hold(workdir: Path) -> int | None:
    """Keeps every other run out of a work folder for as long as this process lives.

    The system frees the lock when the process ends, however it ends; the file `.lock` stays and
    does not lock anything by itself.

    Args:
      workdir: work folder of the run; made if it is absent, and nothing else is written
        before the lock is held.

    Returns:
      The open file, which need not be closed; None if the file system does not support locks.

    Raises:
      UserError: another process holds the lock, or the path cannot be a work folder.
    """
    path = RunFolder(workdir).lock
    try:
        workdir.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise UserError(
            f"{workdir} cannot be a work folder ({error.filename}: {error.strerror}): choose "
            "another --workdir"
        ) from None
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise UserError(
            f"{path} is a symbolic link, which no run makes: remove it, and see who put it there"
        ) from None
    try:
        unlockable = locks.take(file)
    except locks.HeldError as held:
        os.close(file)
        raise UserError(
            f"{workdir}: another run uses it ({held.holder or 'a process'}); wait for it or end "
            "it, or choose another --workdir"
        ) from None
    if unlockable:
        os.close(file)
        print(
            f"warning: {path} cannot be locked ({unlockable}): nothing keeps a second run out of "
            "this folder but you",
            file=sys.stderr,
        )
        return None
    locks.sign(file)
    return file
