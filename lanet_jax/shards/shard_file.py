"""The file of a part: what a job found, and which work it belongs to."""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int, UInt8

from lanet_jax import __version__
from lanet_jax.errors import UserError
from lanet_jax.files.npz import read_npz, write_npz
from lanet_jax.shards.dealing import Shard, shard

_BEGINNING = 1 << 12  # bytes, which hold more than a header
_THREADS, _BLOCK = 32, 64  # files read at once, and those that a thread takes together
_ABOUT, _PLACES = "about", "places"


@dataclasses.dataclass(frozen=True)
class Part:
    """The result of one job.

    Attributes:
      shard: which part it is.
      kind: the command that wrote it.
      settings: settings that must be the same for all parts.
      asked: further information for `merge`, which may differ.
      listing: digest of all names that were divided, and of their marks.
      total: number of these names.
      places: indices of this part's own names among them.
      arrays: what was found for this part's names.
    """

    shard: Shard
    kind: str
    settings: dict[str, Any]
    asked: dict[str, Any]
    listing: str
    total: int
    places: Int[np.ndarray, " n"]
    arrays: dict[str, np.ndarray]


def write(
    out: Path,
    own: Shard,
    kind: str,
    names: Sequence[str],
    settings: Mapping[str, Any],
    arrays: Mapping[str, np.ndarray],
    asked: Mapping[str, Any] | None = None,
    marks: Sequence[str] = (),
) -> Path:
    """Writes a part into the folder beside the final result.

    Args:
      out: path of the final result.
      own: which part this is.
      kind: name of the command that makes the parts.
      names: names of everything that was divided among the parts, in order.
      settings: settings that must be the same for all parts.
      arrays: what was found for this part's names, in their order.
      asked: further information for `merge`.
      marks: what else tells others of the same names apart, such as the files' sizes.

    Returns:
      The part's file.
    """
    about = {
        **{"shard": str(own), "kind": kind, "asked": dict(asked or {})},
        **{"settings": {"version": __version__, **settings}},
        **{"listing": listing([*names, *marks]), "total": len(names)},
    }
    path = own.file(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    places = np.array(own.places(names), np.int64)
    write_npz(path, {_ABOUT: packed(json.dumps(about)), _PLACES: places, **arrays})
    return path


def read(file: Path) -> Part:
    """Reads one part.

    Args:
      file: the part's file.

    Returns:
      The part.

    Raises:
      UserError: the file is damaged or not a part.
    """
    arrays = read_npz(file)
    try:
        about = json.loads(arrays.pop(_ABOUT).tobytes())
        places = arrays.pop(_PLACES)
        part = Part(shard(about.pop("shard")), **about, places=places, arrays=arrays)
    except (argparse.ArgumentTypeError, KeyError, ValueError, TypeError, AttributeError):
        part = None
    if part is None or not _is_whole(part):
        raise UserError(f"{file} is not a shard: remove it, or run that shard again")
    return part


def listing(names: Sequence[str]) -> str:
    """A digest of names and their order, to tell whether two jobs divided the same ones."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(os.fsencode(name) + b"\0")
    return digest.hexdigest()


def marks(paths: Iterable[Path]) -> list[str]:
    """A mark of each file by its size and its beginning: cameras name other pictures alike.

    Unlike the file's time, it survives a copy to another machine. A file that cannot be read, such
    as a broken link, has none. Several are read at once, as a network's disk answers each slowly.
    """
    paths = iter(paths)
    blocks = iter(lambda: list(itertools.islice(paths, _BLOCK)), [])
    with concurrent.futures.ThreadPoolExecutor(_THREADS) as pool:
        return [mark for block in pool.map(_marks, blocks) for mark in block]


def _marks(paths: Sequence[Path]) -> list[str]:
    return [_mark(path) for path in paths]


def _mark(path: Path) -> str:
    with contextlib.suppress(OSError):
        if path.is_file():  # to open a pipe may block forever
            with path.open("rb", buffering=0) as file:
                start = hashlib.sha256(file.read(_BEGINNING)).hexdigest()[:16]
                return f"{os.fstat(file.fileno()).st_size} {start}"
    return ""


def packed(text: str) -> UInt8[np.ndarray, " n"]:
    """A text as bytes; numpy's own string arrays give every text the space of the longest."""
    return np.frombuffer(text.encode(), np.uint8)


def _is_whole(part: Part) -> bool:
    kinds = {"kind": str, "settings": dict, "asked": dict, "listing": str, "total": int}
    typed = all(type(getattr(part, name)) is kind for name, kind in kinds.items())
    return typed and part.places.ndim == 1 and part.places.dtype == np.int64
