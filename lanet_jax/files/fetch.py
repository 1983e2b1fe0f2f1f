"""Downloads one file of a package by pip, without installing it."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from lanet_jax.errors import UserError

ENDINGS = (".whl", ".tar.gz")


def pip_download(requirement: str, megabytes: int, options: Sequence[str], into: Path) -> Path:
    """Downloads one file by pip, with the user's own index and proxy.

    Args:
      requirement: name and version, as pip takes them.
      megabytes: size of the file, for the message.
      options: options of `pip download` that select the one file.
      into: an empty folder.

    Returns:
      The file.

    Raises:
      UserError: there is no pip, or it fails; the message has pip's last error.
    """
    if importlib.util.find_spec("pip") is None:
        raise UserError(f"pip is not installed for {sys.executable}: run `python -m ensurepip`")
    print(f"pip downloads {requirement} ({megabytes} MB), without installing it", flush=True)
    fixed = ("--quiet", "--disable-pip-version-check", "--no-deps", f"--dest={into}")
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", *fixed, *options, requirement],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(into)},  # so that nothing stays if it is interrupted
    )
    found = sorted(path for path in into.iterdir() if path.name.endswith(ENDINGS))
    if done.returncode or not found:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        reason = errors[-1] if errors else f"exit code {done.returncode}"
        raise UserError(f"pip could not download {requirement} ({reason}); is this machine online?")
    return found[0]
