"""One run at a time in a work folder."""

import contextlib
import errno
import fcntl
import os
import socket
import sys
from pathlib import Path

from lanet_jax.errors import UserError
from lanet_jax.run.paths import RunFolder


def hold(workdir: Path) -> int | None:
    """Keeps every other run out of a work folder for as long as this process lives.

    The system frees the lock when the process ends, however it ends; the file `.lock` stays and
    says nothing by itself.

    Args:
      workdir: work folder of the run; made if it is absent, and nothing else is written
        before the lock is held.

    Returns:
      The open file, which nobody has to close; None where the file system does not lock.

    Raises:
      UserError: another process holds it, or the folder cannot be one.
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
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(file, 300).decode(errors="replace").strip() or "a process"
        os.close(file)
        raise UserError(
            f"{workdir}: a run is at work there ({holder}); wait for it or end it, or choose "
            "another --workdir"
        ) from None
    except OSError as error:
        os.close(file)
        print(
            f"warning: {path} cannot be locked ({error.strerror}): nothing keeps a second run out "
            "of this folder but you",
            file=sys.stderr,
        )
        return None
    with contextlib.suppress(OSError):  # the lock counts, not what is said of its holder
        os.ftruncate(file, 0)
        os.write(file, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
    return file
