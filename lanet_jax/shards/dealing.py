"""Divides files among jobs, each by its own name alone."""

import argparse
import dataclasses
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

HELP = "do the I-th of N parts, from 1/N to N/N; `lanet merge` puts them together"


@dataclasses.dataclass(frozen=True)
class Shard:
    """One of the parts among which names are divided.

    Attributes:
      number: number of this part, from 1.
      count: number of parts.
    """

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def places(self, names: Sequence[str]) -> list[int]:
        """Indices of the names in this part; a name's part does not depend on the other names."""
        return [i for i, name in enumerate(names) if _number(name) % self.count == self.number - 1]

    def file(self, out: Path) -> Path:
        """The file of this part of `out`."""
        return folder(out) / f"{self.number}-of-{self.count}.npz"


def shard(text: str) -> Shard:
    """Parses an argument `I/N`."""
    found = re.fullmatch(r"([0-9]{1,9})/([0-9]{1,9})", text)
    number, count = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= count:
        raise argparse.ArgumentTypeError(f"{text!r}: I/N was expected, from 1/N to N/N")
    return Shard(number, count)


def folder(out: Path) -> Path:
    """The folder for the parts of `out`."""
    named = out if out.name not in ("", "..") else Path(os.path.abspath(out))
    return named.with_name(f"{named.name}.shards")


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(os.fsencode(name)).digest()[:8], "big")
