"""Maps the class names written in a source to the dataset's classes."""

import collections
import difflib
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping

from lanet_jax.classes import EXPRESSIONS, cleaned
from lanet_jax.command_line.words import some
from lanet_jax.errors import UserError

_SYNONYMS = {
    "anger": ("angry",),
    "disgust": ("disgusted",),
    "fear": ("fearful", "afraid", "scared"),
    "happiness": ("happy", "joy", "joyful"),
    "sadness": ("sad",),
    "surprise": ("surprised",),
    "neutral": (),
    "contempt": ("contemptuous",),
}
_KNOWN = {name: name for name in EXPRESSIONS}
_KNOWN |= {word: name for name, words in _SYNONYMS.items() for word in words}


@functools.cache
def known(written: str) -> str | None:
    """The expression that a name stands for; None if the name is unknown."""
    return _KNOWN.get(_folded(written))


def parse(text: str) -> dict[str, str]:
    """Reads `--classes WRITTEN=CLASS,...`.

    Args:
      text: the option's value.

    Returns:
      Class by written name, which is case-folded.

    Raises:
      UserError: one side of a part is empty, or a class is renamed twice.
    """
    renamed: dict[str, str] = {}
    for part in filter(None, text.split(",")):
        written, equals, name = part.partition("=")
        if not (equals and written.strip() and name.strip()) or "=" in name:
            raise UserError(f"--classes {text}: WRITTEN=CLASS,... was expected, found {part!r}")
        if renamed.setdefault(_folded(written), cleaned(name)) != cleaned(name):
            raise UserError(f"--classes {text}: {written.strip()!r} occurs twice; keep one")
    return renamed


def understand(
    written: Iterable[str], renamed: Mapping[str, str], where: str
) -> tuple[dict[str, str], list[str]]:
    """Finds the class that each written name stands for.

    Case, outer blanks, and `1.0` for `1` make no difference; known expressions get their canonical
    names.

    Args:
      written: the class of each image.
      renamed: from `parse`.
      where: the source, for errors.

    Returns:
      Class by written name, known expressions first and in canonical order, others by name; and
      sentences on how the names were understood.

    Raises:
      UserError: a name is blank, or a name to be renamed does not occur.
    """
    counts = collections.Counter(written)
    spelt: dict[str, list[str]] = collections.defaultdict(list)
    for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if not _folded(name):
            raise UserError(f"{where}: a class is called {name!r}: give it a name")
        spelt[_folded(name)].append(name)
    absent = [name for name in renamed if name not in spelt]
    if absent:
        raise UserError(
            f"--classes {absent[0]}={renamed[absent[0]]}: {where} has no class of that name; it "
            f"has {some(sorted(cleaned(names[0]) for names in spelt.values()), 20)}"
        )
    # Unknown names that differ only in case are one class, under its most frequent spelling.
    called = {}
    for folded, names in spelt.items():
        name = renamed.get(folded, cleaned(names[0]))
        same = [cleaned(n[0]) for f, n in spelt.items() if f == _folded(name) and f not in renamed]
        called[folded] = known(name) or (same or [name])[0]
    order = sorted(set(called.values()), key=_rank)
    classes = {
        name: called[folded]
        for _, folded in sorted((order.index(called[folded]), folded) for folded in spelt)
        for name in spelt[folded]
    }
    return classes, list(_remarks(spelt, called, renamed))


def nearest(name: str, among: Iterable[str] = EXPRESSIONS) -> str | None:
    """The class that a name probably means; None if it resembles none of them."""
    names = {_folded(other): other for other in among}
    if set(names.values()) <= set(EXPRESSIONS):
        names = {word: at for word, at in _KNOWN.items() if at in names.values()} | names
    bare = re.sub(r"[^\w]|\d|_", "", _folded(name)) or _folded(name)
    close = difflib.get_close_matches(bare, names, n=1, cutoff=0.7)
    return names[close[0]] if close else None


def _remarks(
    spelt: Mapping[str, list[str]], called: Mapping[str, str], renamed: Mapping[str, str]
) -> Iterable[str]:
    taken = [f"{folded} = {name}" for folded, name in called.items() if _folded(name) != folded]
    if taken:
        yield f"classes taken for others: {', '.join(sorted(taken))}"
    several = {
        called[folded]: sorted({unicodedata.normalize("NFC", name) for name in names})
        for folded, names in sorted(spelt.items())
    }
    written = [
        f"{name} ({', '.join(map(repr, ways))})" for name, ways in several.items() if len(ways) > 1
    ]
    if written:
        yield f"one class in several spellings: {', '.join(written)}"
    others = [f for f, name in called.items() if name not in EXPRESSIONS and f not in renamed]
    for folded in others:
        name, meant = called[folded], nearest(folded)
        if meant:
            yield (
                f"class {name} is not a known expression and is kept as its own class: "
                f"did you mean {meant}? --classes '{name}={meant}'"
            )
        elif len(others) < len(called):
            yield (
                f"class {name} is not a known expression ({', '.join(EXPRESSIONS)}) and is "
                f"kept as its own class; --classes '{name}=CLASS' renames it"
            )


def _rank(name: str) -> tuple:
    if name in EXPRESSIONS:
        return 0, EXPRESSIONS.index(name), ""
    return (1, int(name), "") if re.fullmatch(r"[0-9]{1,9}", name) else (2, 0, name)


def _folded(written: str) -> str:
    text = unicodedata.normalize("NFKC", cleaned(written)).casefold()
    return str(int(text)) if re.fullmatch(r"[0-9]{1,9}", text) else text  # `01` is 1
