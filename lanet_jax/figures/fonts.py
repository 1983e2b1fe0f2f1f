"""Fonts for class names in any script: matplotlib's own, one of this machine, or code points."""

import functools
import sys
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

FAMILY = "DejaVu Sans"  # comes with matplotlib, so that a figure is the same everywhere
_OWN = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
_ALWAYS = {ord(sign) for sign in " %.0123456789"}  # what stands beside a name
_told: set[int] = set()  # letters that a warning has named


@functools.cache
def drawable(text: str) -> tuple[str, Path]:
    """Finds a font that can draw a text, or replaces the letters that none has.

    Args:
      text: one line, in any script.

    Returns:
      The text and the font's file. Letters that no font of this machine has become their code
      points (U+5F00), so that two names never look the same; a warning on stderr says so, once
      for each letter.
    """
    wanted = {ord(sign) for sign in text if sign.isprintable()}
    for path in (_OWN, *_others()):
        if wanted <= _letters(path):
            return text, path
    own = _letters(_OWN)
    if not wanted <= own | _told:
        print(
            f"no font of this machine has the letters of {text!r}: pictures show their code "
            "points; install one, such as Noto's",
            file=sys.stderr,
        )
        _told.update(wanted)
    return "".join(s if ord(s) in own else f"U+{ord(s):04X} " for s in text), _OWN


def give_fonts(part: Artist) -> None:
    """Gives each text of a figure, or of a part of one, a font that can draw it: see `drawable`."""
    for text in part.findobj(Text):
        lines = [drawable(line) for line in text.get_text().split("\n")]
        others = {path for _, path in lines} - {_OWN}
        if "\n".join(line for line, _ in lines) != text.get_text():
            text.set_text("\n".join(line for line, _ in lines))
        if others:
            text.set_fontfamily([FAMILY, *map(_family, sorted(others))])


@functools.cache
def _family(path: Path) -> str:
    font_manager.fontManager.addfont(path)
    return font_manager.FontProperties(fname=path).get_name()


@functools.cache
def _others() -> tuple[Path, ...]:
    """The machine's fonts that can be drawn at any size, plain ones first."""
    found = sorted(map(Path, font_manager.findSystemFonts()), key=lambda path: path.name)
    plain = [path for path in found if "Regular" in path.name]
    return tuple(path for path in dict.fromkeys((*plain, *found)) if _letters(path) >= _ALWAYS)


@functools.cache
def _letters(path: Path) -> frozenset[int]:
    try:
        font = FT2Font(path)
        return frozenset(font.get_charmap()) if font.scalable else frozenset()
    except (RuntimeError, OSError, ValueError):  # not a font, whatever its name says
        return frozenset()
