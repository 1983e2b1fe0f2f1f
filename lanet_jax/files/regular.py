"""Files that can be read to their end: a pipe may wait for ever, and a device may have none."""

import os
import stat
from pathlib import Path

from lanet_jax.errors import UserError

_KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


def check(path: str | Path) -> None:
    """Checks that a path is no pipe, socket or device; one that is absent is for its reader to say.

    Args:
      path: what is going to be read.

    Raises:
      UserError: it is.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kind = _KINDS.get(stat.S_IFMT(mode), "a device")
        raise UserError(f"{path} is {kind}: a file on a disk was expected")
