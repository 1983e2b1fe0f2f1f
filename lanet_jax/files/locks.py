"""Locks on open files, which the system frees when the process ends, however it ends."""

import contextlib
import fcntl
import os
import socket


class HeldError(Exception):
    """Another process holds the lock.

    Attributes:
      holder: what that process wrote about itself; empty if nothing.
    """

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


def take(file: int) -> str:
    """Locks an open file or folder for this process, without waiting.

    Args:
      file: open descriptor; the lock ends when it is closed.

    Returns:
      Why the file system cannot lock it; empty if it is locked.

    Raises:
      HeldError: another process holds the lock.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = b""
        with contextlib.suppress(OSError):  # a folder, or a file opened for appending only
            holder = os.pread(file, 300, 0)
        raise HeldError(holder.decode(errors="replace").strip()) from None
    except OSError as error:
        return error.strerror or str(error)
    return ""


def sign(file: int) -> None:
    """Writes into a locked file which process holds it, as far as the disk allows.

    Args:
      file: descriptor of a file that holds nothing else.
    """
    with contextlib.suppress(OSError):  # only the lock counts
        os.ftruncate(file, 0)
        os.pwrite(file, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
