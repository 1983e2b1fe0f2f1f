"""Refuses what is no file on a disk: a pipe may block forever, a device has no end.

Nor may a file replace one: `--out=/dev/null` would leave the system without it.
"""

import os
import stat
from pathlib import Path

from lanet_jax.errors import UserError

_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


def check(path: str | Path) -> None:
    """Checks that a path is not a pipe, socket or device. Absent files are left to the caller.

    Args:
      path: the file to be read or replaced.

    Raises:
      UserError: it is a pipe, socket or device.
    """
    if other := other_kind(path):
        raise UserError(f"{path} is {other}: a file on a disk was expected")


def other_kind(path: str | Path) -> str:
    """What a path is instead of a file or folder ("a pipe"); "" if it is one, or is absent."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return ""
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return ""
    return _KINDS.get(stat.S_IFMT(mode), "a device")
