"""Whether a finished landmark file, or a shard of one, is what a command asks for."""

from collections.abc import Collection, Sequence
from pathlib import Path

from lanet_jax.command_line.words import counted
from lanet_jax.errors import UserError
from lanet_jax.shards import shard_file

from . import shard_of_landmarks
from .table import load

WAYS = "add --overwrite to make it again, or choose another --out"


def check(out: Path, names: Collection[str], scheme: str, is_shard: bool) -> None:
    """Compares a finished file with the work that is asked for.

    Args:
      out: the file, which exists.
      names: the images whose landmarks it should hold.
      scheme: order of the landmarks.
      is_shard: whether it is a shard, not a whole landmark file.

    Raises:
      UserError: it holds another scheme, other images, or anything else.
    """
    try:
        known, found = _read_shard(out) if is_shard else _read(out)
    except UserError as error:
        raise UserError(
            f"{out} is there already and is no finished landmark file ({error}); choose another "
            "--out, or remove it"
        ) from None
    if found != scheme:
        raise UserError(f"{out} is there already, with the scheme {found}, not {scheme}; {WAYS}")
    for some, others, what in (
        (names, known, "of the source has no row in it"),
        (known, names, "in it is not of the source"),
    ):
        extra = sorted({*some} - {*others})
        if extra:
            raise UserError(
                f"{out} is there already, and {extra[0]!r} {what} ({counted(len(extra), 'image')} "
                f"of {len(some):,}); {WAYS}"
            )


def _read(out: Path) -> tuple[Sequence[str], str]:
    table = load(out)
    return table.names or (), table.scheme


def _read_shard(out: Path) -> tuple[Sequence[str], str]:
    part = shard_file.read(out)
    if part.kind != shard_of_landmarks.KIND:
        raise UserError(f"it holds {part.kind}")
    return part.arrays["name"].tolist(), part.settings["scheme"]
