"""Finds the record that a list means by a name: exact names first, then shorter and longer ones.

A list may write a record's path with more folders (`/data/faces/train/anger/1.jpg`) or fewer
(`1.jpg`), with backslashes, or as in RAF-DB with `_aligned`. Two paths stand for one image only
if the shorter is the end of the longer: `test/anger/1.jpg` is not `train/anger/1.jpg`.
"""

import collections
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from lanet_jax.images.files import is_image

Parts = tuple[str, ...]
CASE, ENDING = "only by another case", "only without the ending"


def plain(name: str) -> str:
    """The normalised name: / between folders, NFC, without blanks at the edges and `_aligned`."""
    return "/".join(_parts(name))


class Names:
    """The names of some records.

    Args:
      names: name of each row; equal names are one image, of which the first row counts.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._whole = {name: row for row, name in reversed(list(enumerate(names)))}
        self._parts = [_parts(name) for name in names]
        self._index: dict[Callable[[Parts], Parts], dict[str, list[int]]] = {}

    def whole(self, name: str) -> int | None:
        """The row of exactly this name."""
        return self._whole.get(name)

    def find(self, name: str) -> tuple[list[int], str]:
        """Finds the rows that a name can stand for.

        Args:
          name: the name as a list writes it.

        Returns:
          The rows that fit best, a single one if the name is unambiguous; and what had to be
          ignored for it, `CASE`, `ENDING` or nothing.
        """
        row = self.whole(name)
        if row is not None:
            return [row], ""
        parts = _parts(name)
        for key, passed_over in ((_as_it_is, ""), (_caseless, CASE), (_bare, ENDING)):
            if key is _bare and is_image(parts[-1]):
                continue
            sought = key(parts)
            # A path as long as the name fits best; otherwise the longest common end does.
            fits = {
                row: (len(found) == len(sought), min(len(found), len(sought)))
                for row in self._by_last(key)[sought[-1]]
                if _agree(sought, found := key(self._parts[row]))
            }
            if fits:
                return [row for row, fit in fits.items() if fit == max(fits.values())], passed_over
        return [], ""

    def like(self, name: str) -> list[int]:
        """Rows with the same file name as a name, whatever its ending and folders."""
        return self._by_last(_bare)[_bare(_parts(name))[-1]]

    def _by_last(self, key: Callable[[Parts], Parts]) -> Mapping[str, list[int]]:
        if key not in self._index:
            found = self._index[key] = collections.defaultdict(list)
            for row in sorted(self._whole.values()):
                found[key(self._parts[row])[-1]].append(row)
        return self._index[key]


def _parts(name: str) -> Parts:
    text = name if name.isascii() else unicodedata.normalize("NFC", name)
    text = text.replace("\\", "/")
    parts = [part.strip() for part in text.split("/")]
    *folders, last = [part for part in parts if part not in ("", ".")] or [""]
    stem, dot, ending = last.rpartition(".")
    stem, dot, ending = (stem, dot, ending) if stem else (last, "", "")
    return *folders, stem.removesuffix("_aligned") + dot + ending


def _as_it_is(parts: Parts) -> Parts:
    return parts


def _caseless(parts: Parts) -> Parts:
    return tuple(part.casefold() for part in parts)


def _bare(parts: Parts) -> Parts:
    *folders, last = _caseless(parts)
    return *folders, last.rpartition(".")[0] if is_image(last) else last


def _agree(first: Parts, second: Parts) -> bool:
    length = min(len(first), len(second))
    return first[-length:] == second[-length:]
