"""`~` in a path, at the one place where it is read."""

import os
from pathlib import Path


def expanded(path: str | os.PathLike) -> Path:
    """The path with the home folder in place of `~`; a file called `~$a.jpg` keeps its name.

    Args:
      path: as the user wrote it.
    """
    # Not Path.expanduser, which raises where no user has the name.
    return Path(os.path.expanduser(path))
