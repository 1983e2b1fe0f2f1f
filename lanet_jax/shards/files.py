"""The file that a job leaves of its part: what it found, and of which work it is."""

import argparse
import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int, UInt8

from lanet_jax import __version__
from lanet_jax.errors import UserError
from lanet_jax.files.npz import read_npz, write_npz
from lanet_jax.shards.dealing import Shard, shard

_ABOUT, _PLACES = "about", "places"


@dataclasses.dataclass(frozen=True)
class Part:
    """What one job left.

    Attributes:
      shard: which part.
      kind: the command that made it.
      settings: what must be the same for all parts.
      asked: what `merge` is to know beside; it may differ.
      listing: digest of all names that were dealt.
      total: how many these were.
      places: of this part's own among them.
      arrays: what was found of these.
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
) -> Path:
    """Keeps a part in a folder beside what becomes of all of them.

    Args:
      out: what becomes of all parts.
      own: which part.
      kind: the command.
      names: of everything that was dealt, in order.
      settings: what must be the same for all parts.
      arrays: what was found of this part's own names, in their order.
      asked: what `merge` is to know beside.

    Returns:
      The file.
    """
    about = {
        **{"shard": str(own), "kind": kind, "asked": dict(asked or {})},
        **{"settings": {"version": __version__, **settings}},
        **{"listing": listing(names), "total": len(names)},
    }
    path = own.file(out)
    path.parent.mkdir(exist_ok=True)
    places = np.array(own.places(names), np.int64)
    write_npz(path, {_ABOUT: packed(json.dumps(about)), _PLACES: places, **arrays})
    return path


def read(file: Path) -> Part:
    """Reads one part.

    Raises:
      UserError: it is damaged, or no part of any work.
    """
    arrays = read_npz(file)
    try:
        about = json.loads(arrays.pop(_ABOUT).tobytes())
        places = arrays.pop(_PLACES)
        part = Part(shard(about.pop("shard")), **about, places=places, arrays=arrays)
    except (argparse.ArgumentTypeError, KeyError, ValueError, TypeError, AttributeError):
        part = None
    if part is None or not _is_whole(part):
        raise UserError(f"{file} is no shard: remove it, or run that shard again")
    return part


def listing(names: Sequence[str]) -> str:
    """A digest that tells whether two jobs were dealt the same names in the same order."""
    digest = hashlib.sha256()
    for name in names:
        digest.update(os.fsencode(name) + b"\0")
    return digest.hexdigest()


def packed(text: str) -> UInt8[np.ndarray, " n"]:
    """A text as an array; numpy's own texts take the longest one's room for each."""
    return np.frombuffer(text.encode(), np.uint8)


def _is_whole(part: Part) -> bool:
    kinds = {"kind": str, "settings": dict, "asked": dict, "listing": str, "total": int}
    typed = all(type(getattr(part, name)) is kind for name, kind in kinds.items())
    return typed and part.places.ndim == 1 and part.places.dtype == np.int64
