"""A shard of a landmark file, and the file merged from all shards."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from lanet_jax.errors import UserError
from lanet_jax.files.npz import write_npz
from lanet_jax.images.files import Tree
from lanet_jax.landmarks.schemes import SCHEMES
from lanet_jax.shards import shard_file, together
from lanet_jax.shards.dealing import Shard
from lanet_jax.shards.shard_file import Part

from . import summary
from .parts import Row, Stamp, columns

KIND = "landmarks"
_KINDS = {"name": "U", "points": "f", "ok": "b", "spread": "f", "score": "f", "broken": "b"}


def write(
    out: Path,
    shard: Shard,
    source: Path,
    names: Sequence[str],
    rows: Mapping[str, Row],
    scheme: str,
) -> None:
    """Writes the rows of a shard.

    Args:
      out: the landmark file that the shards will be merged into.
      shard: number of this shard, and of how many.
      source: root of the tree; names are relative to it.
      names: names of all images of the tree.
      rows: rows of the shard's own images.
      scheme: order of the landmarks, a name of `lanet_jax.landmarks.schemes`.
    """
    own = [names[place] for place in shard.places(names)]
    found = [rows[name] for name in own]
    arrays = {"name": np.array(own, str), "broken": np.array([row.broken for row in found], bool)}
    arrays |= columns(found)
    marks = shard_file.marks(source / name for name in names)
    shard_file.write(out, shard, KIND, names, {"scheme": scheme}, arrays, marks=marks)


def merge(parts: Sequence[Part], out: Path) -> None:
    """Merges shards into the landmark file that a single command would have written.

    Args:
      parts: every shard of the tree, each once.
      out: landmark file to write.

    Raises:
      UserError: the parts do not hold landmarks of one scheme.
    """
    merged = {name: together.column(parts, name, kind) for name, kind in _KINDS.items()}
    broken, scheme = merged.pop("broken"), parts[0].settings.get("scheme")
    points = SCHEMES[scheme].points if scheme in SCHEMES else 0
    if merged["points"].shape[1:] != (points, 2):
        raise UserError(f"the shards hold no landmarks of scheme {scheme!r}: run them again")
    write_npz(out, {**merged, "scheme": np.array(scheme)})
    nothing = Stamp(0, 0)
    values = (merged[name].tolist() for name in ("name", "ok", "spread", "score"))
    rows = {
        name: Row(nothing, points, ok, spread, score, is_broken)
        for points, is_broken, name, ok, spread, score in zip(
            merged["points"], broken.tolist(), *values, strict=True
        )
    }
    print("\n".join(summary.lines(rows, Tree([], [], [], []))) + f"\nwrote {out}")
