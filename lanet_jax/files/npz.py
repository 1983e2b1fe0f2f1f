"""Reads untrusted npz and npy files: nothing in them is executed, and memory use is bounded."""

import math
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from lanet_jax.errors import UserError
from lanet_jax.files import regular
from lanet_jax.files.atomic import replacing

# Weights and landmarks compress less than tenfold; a file that claims far more is a zip bomb.
MOST_RATIO, SMALL_BYTES = 100, 1 << 26
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def members(path: Path) -> list[zipfile.ZipInfo]:
    """Lists the entries of a zip archive.

    Args:
      path: a zip archive, such as an `.npz`.

    Returns:
      Its entries.

    Raises:
      UserError: it cannot be read, is damaged, names an entry twice, or says that it unpacks to
        more than 64 MiB and 100 times its size.
    """
    regular.check(path)
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except Exception as error:  # a broken directory of entries leads to many kinds
        raise damaged(path, "archive", error) from error
    twice = [name for name, count in Counter(e.filename for e in entries).items() if count > 1]
    if twice:
        raise UserError(f"{path}: holds {twice[0]!r} twice; make it again")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > max(SMALL_BYTES, MOST_RATIO * size):
        raise UserError(
            f"{path}: its {size:,} bytes say that they unpack to {unpacked:,}, which is refused; "
            "if that is right, save it without compression"
        )
    return entries


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Reads an npz archive without unpickling anything.

    Args:
      path: an `.npz`, by `numpy.savez`.

    Returns:
      Its arrays by name; they cannot be written to.

    Raises:
      UserError: as for `members`, or an entry is damaged, not an array, or holds Python objects.
    """
    entries = members(path)
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = {}
            for entry in entries:
                with archive.open(entry) as file:
                    array = _array(file, entry.file_size, path)
                arrays[entry.filename.removesuffix(".npy")] = array
            return arrays
    except UserError:
        raise
    except Exception as error:  # zipfile, zlib and numpy each have their own for a damaged file
        raise damaged(path, "npz file", error) from error


def read_npy(path: Path) -> np.ndarray:
    """Reads an npy file without unpickling anything.

    Args:
      path: an `.npy`, by `numpy.save`.

    Returns:
      Its array, which cannot be written to.

    Raises:
      UserError: it cannot be read, is damaged or holds Python objects.
    """
    regular.check(path)
    try:
        with path.open("rb") as file:
            return _array(file, path.stat().st_size, path)
    except UserError:
        raise
    except Exception as error:
        raise damaged(path, "npy file", error) from error


def write_npz(path: Path, arrays: Mapping[str, Any]) -> None:
    """Writes an npz archive; it is whole before it gets its name.

    Args:
      path: file to write, replaced if it exists.
      arrays: by name, none of which is `file` or `allow_pickle`.
    """
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)


def damaged(path: Path, what: str, error: Exception) -> UserError:
    """The error for a file that a library could not read.

    Args:
      path: file that could not be read.
      what: what it should be.
      error: what the library raised.
    """
    reason = error.strerror if isinstance(error, OSError) else str(error).strip().partition("\n")[0]
    return UserError(
        f"{path}: a damaged {what} ({(reason or type(error).__name__)[:200]}); "
        "make it or fetch it again"
    )


def _array(file: IO[bytes], size: int, path: Path) -> np.ndarray:
    shape, columns_first, dtype = HEADERS[npy.read_magic(file)](file)
    if dtype.hasobject:
        raise UserError(
            f"{path}: holds pickled Python objects, which may run code and are refused; save "
            "numbers only, and names as fixed-width strings (np.asarray(names, str))"
        )
    count = math.prod(shape)
    # Checked before anything of the claimed size is allocated.
    if file.tell() + count * dtype.itemsize != size:
        raise ValueError(f"{size} bytes for {count} numbers of {dtype.itemsize} bytes each")
    if not count:
        return np.zeros(shape, dtype)
    return np.frombuffer(file.read(), dtype).reshape(shape, order="F" if columns_first else "C")
