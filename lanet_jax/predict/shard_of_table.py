"""Writes a shard of a table of faces, and merges shards into the table."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lanet_jax.errors import UserError
from lanet_jax.predict.face_rows import Row, restored
from lanet_jax.predict.faces_table import Table
from lanet_jax.predict.given import Item
from lanet_jax.shards import shard_file
from lanet_jax.shards.dealing import Shard
from lanet_jax.shards.shard_file import Part

KIND = "predict"
_ROWS = "rows"


def own(shard: Shard | None, items: Sequence[Item]) -> list[Item]:
    """The items of a shard; all items without a shard."""
    return list(items) if shard is None else [items[place] for place in shard.places(_names(items))]


def write(
    out: Path,
    shard: Shard,
    items: Sequence[Item],
    rows: Sequence[Sequence[Row]],
    settings: Mapping[str, Any],
) -> Path:
    """Writes the rows of a shard.

    Args:
      out: the table that all shards make together.
      shard: number of this shard, and of how many.
      items: the items of all shards.
      rows: rows of each of the shard's own sources.
      settings: classes and everything else that the rows depend on.

    Returns:
      The shard's file.
    """
    values = [[dataclasses.asdict(row) for row in of_item] for of_item in rows]
    arrays = {_ROWS: shard_file.packed(json.dumps(values))}
    marks = shard_file.marks(item.path for item in items)
    return shard_file.write(out, shard, KIND, _names(items), settings, arrays, marks=marks)


def merge(parts: Sequence[Part], out: Path) -> None:
    """Writes the table that one command for all items would have written.

    Args:
      parts: every shard of the table, each once.
      out: table to write, in the format of its ending.

    Raises:
      UserError: the table cannot be written, or the parts hold something else.
    """
    found: dict[int, list[Row]] = {}
    try:
        for part in parts:
            rows = json.loads(part.arrays[_ROWS].tobytes())
            for place, of_item in zip(part.places.tolist(), rows, strict=True):
                found[place] = [restored(values) for values in of_item]
        classes = tuple(parts[0].settings["classes"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UserError(f"the shards of {out} hold no rows of faces: run them again") from None
    table = Table(classes, [row for place in sorted(found) for row in found[place]])
    table.write(out)
    print(f"{table.summary()}\nwrote {out}")


def _names(items: Sequence[Item]) -> list[str]:
    # Relative to the given folder, which may lie elsewhere on each machine.
    return [item.path.relative_to(item.root or item.path.parent).as_posix() for item in items]
