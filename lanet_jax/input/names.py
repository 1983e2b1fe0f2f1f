"""Which record a list means by a name: whole names first, then shorter and longer ones.

A list may write a record's path with more folders (`/data/faces/train/anger/1.jpg`) or fewer
(`1.jpg`), with backslashes, or in RAF-DB's way with `_aligned`. Two paths stand for one image only
if the shorter is the end of the longer: `test/anger/1.jpg` is not `train/anger/1.jpg`.
"""

import collections
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from lanet_jax.images.files import is_image

Parts = tuple[str, ...]
CASE, ENDING = "only by another case", "only without the ending"


def plain(name: str) -> str:
    """The name with / between folders, composed, without blanks at edges and `_aligned`."""
    return "/".join(_parts(name))


class Names:
    """The names of some records.

    Args:
      names: by row; equal ones are one image in several rows, of which the first counts.
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
          name: as a list writes it.

        Returns:
          The rows that fit best, one if the name is clear; and what had to be passed over for it,
          `CASE`, `ENDING` or nothing.
        """
        row = self.whole(name)
        if row is not None:
            return [row], ""
        parts = _parts(name)
        for key, passed_over in ((_as_it_is, ""), (_caseless, CASE), (_bare, ENDING)):
            if key is _bare and is_image(parts[-1]):
                continue
            sought = key(parts)
            # How much of both paths agrees; a path as long as the name is the name itself.
            fits = {
                row: (len(found) == len(sought), min(len(found), len(sought)))
                for row in self._by_last(key)[sought[-1]]
                if _agree(sought, found := key(self._parts[row]))
            }
            if fits:
                return [row for row, fit in fits.items() if fit == max(fits.values())], passed_over
        return [], ""

    def like(self, name: str) -> list[int]:
        """The rows whose last part is that of a name but for its ending, whatever the folders."""
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
