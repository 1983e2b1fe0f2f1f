"""Asks before long work whether its result can be written."""

import tempfile
from pathlib import Path

from lanet_jax.errors import UserError


def check_folder(folder: Path) -> None:
    """Checks that a folder can be written to, or made; nothing stays there.

    Args:
      folder: folder for the result, which may be absent.

    Raises:
      UserError: a file has the name of it or of a folder above.
      OSError: the folder, or the nearest one above, cannot be written to; it names `folder`.
    """
    _check(folder, folder)


def check_file(path: Path) -> None:
    """Checks that a file can be written or replaced; nothing changes.

    Args:
      path: file for the result, which may be absent.

    Raises:
      UserError: it is a folder, or as `check_folder`.
      OSError: as `check_folder`; it names `path`.
    """
    if path.is_dir():
        raise UserError(f"{path} is a folder: choose another name for the file")
    _check(path.parent, path)


def _check(folder: Path, asked: Path) -> None:
    try:
        above = (folder.absolute(), *folder.absolute().parents)
        below = next(path for path in above if path.exists())
        if not below.is_dir():
            raise UserError(f"{folder}: {below} is not a folder: choose another")
        with tempfile.TemporaryFile(dir=below):
            pass
    except OSError as error:  # which names the temporary file, that nobody asked for
        raise OSError(error.errno, error.strerror, str(asked)) from None
