"""The command that starts a run, and resumes it."""

import os
import shlex
import shutil
import sys
from collections.abc import Sequence


def line(arguments: Sequence[str]) -> str:
    """The line for a shell that trains in this environment.

    Args:
      arguments: arguments of the command, unquoted.

    Returns:
      The line. It names this interpreter by its path where `python` is another one, as in a
      virtual environment that is not activated.
    """
    found = shutil.which("python")
    own = found is not None and os.path.dirname(found) == os.path.dirname(sys.executable)
    return shlex.join(["python" if own else sys.executable, "-m", "lanet_jax.main", *arguments])
