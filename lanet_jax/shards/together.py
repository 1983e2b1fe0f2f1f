"""Reads all parts of a work, and checks that none is missing, duplicated or foreign."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from lanet_jax import __version__
from lanet_jax.errors import UserError
from lanet_jax.shards.dealing import Shard, folder
from lanet_jax.shards.shard_file import Part, read

_SHOWN = 5
_AGAIN = "remove the wrong one and run that shard again"


def parts(out: Path) -> list[Part]:
    """Reads all parts of `out`.

    Args:
      out: the table or folder that the jobs were started with.

    Returns:
      The parts, by their numbers.

    Raises:
      UserError: a part is missing, duplicated, damaged, or of other work than the rest.
    """
    at = folder(out)
    files = sorted(at.glob("*.npz"))
    if not files:
        raise UserError(
            f"{at} holds no shard: run the command that makes {out} with --shard 1/N to N/N first"
        )
    found: dict[Shard, tuple[Path, Part]] = {}
    for file in files:
        part = read(file)
        first_file, first = next(iter(found.values()), (file, part))
        difference = _difference(first, part)
        if difference:
            raise UserError(f"{file} does not fit {first_file.name}: {difference}: {_AGAIN}")
        if part.shard in found:
            twin = found[part.shard][0]
            raise UserError(f"{twin} and {file.name} are both shard {part.shard}: remove one")
        found[part.shard] = file, part
    made_by = part.settings.get("version")
    if made_by != __version__:
        raise UserError(
            f"{at}: version {made_by} made its shards, this is {__version__}: merge with that one"
        )
    own = sorted((part for _, part in found.values()), key=lambda part: part.shard.number)
    _refuse_missing(at, own)
    places = np.sort(np.concatenate([part.places for part in own]))
    if len(places) != own[0].total or not np.array_equal(places, np.arange(len(places))):
        raise UserError(f"{at}: its shards do not fit together: remove them and run them again")
    return own


def column(own: Sequence[Part], name: str, kind: str) -> Shaped[np.ndarray, "N ..."]:
    """Joins an array of all parts, with a row for each file in the order of the files.

    Args:
      own: every part of one result, each once.
      name: name of an array that every part holds.
      kind: kind of its numbers, as numpy abbreviates it.

    Returns:
      The array.

    Raises:
      UserError: a part lacks the array, or it has another number of rows or another kind.
    """
    full = [part for part in own if len(part.places)]
    columns = [part.arrays.get(name, np.zeros(())) for part in full]
    fits = all(
        c.dtype.kind == kind and c.shape[:1] == part.places.shape
        for c, part in zip(columns, full, strict=True)
    )
    if not columns or not fits or len({c.shape[1:] for c in columns}) > 1:
        raise UserError(f"the shards hold no {name} for each of their files: run them again")
    return np.concatenate(columns)[np.argsort(np.concatenate([part.places for part in full]))]


def _refuse_missing(at: Path, own: Sequence[Part]) -> None:
    count = own[0].shard.count
    if len(own) == count:
        return
    there = {part.shard.number for part in own}
    missing = (number for number in range(1, count + 1) if number not in there)
    shown = [f"{number}/{count}" for number in itertools.islice(missing, _SHOWN)]
    left = count - len(own) - len(shown)
    more = f" and {left} more" if left else ""
    raise UserError(f"{at} lacks shard {', '.join(shown)}{more}: run the same command for each")


def _difference(a: Part, b: Part) -> str:
    """Says how two parts differ in their work; "" if they do not."""
    kinds = {"command": (a.kind, b.kind), "number of shards": (a.shard.count, b.shard.count)}
    names = sorted({*a.settings, *b.settings})
    kinds |= {name: (a.settings.get(name), b.settings.get(name)) for name in names}
    kinds |= {"number of files": (a.total, b.total)}
    for what, (one, other) in kinds.items():
        if one != other:
            return f"{what} is {one!r} there and {other!r} here"
    return "" if a.listing == b.listing else "its files have other names or contents"
