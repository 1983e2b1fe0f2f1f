"""The closing report of `lanet landmarks`: what was found, and what was left out."""

from collections.abc import Iterator, Mapping, Sequence

from lanet_jax.command_line.words import counted, some
from lanet_jax.images.files import Tree, is_image, is_unread

from .parts import Row

SHOWN = 10


def lines(rows: Mapping[str, Row], tree: Tree, missing: Sequence[str] = ()) -> Iterator[str]:
    """A line on what was found, then a line on each kind of file without landmarks.

    Args:
      rows: rows by image name.
      tree: files, hidden files and loops below the source.
      missing: files that a list names and that are not there.
    """
    broken = [name for name, row in rows.items() if row.broken]
    absent = [name for name, row in rows.items() if not (row.ok or row.broken)]
    found = len(rows) - len(broken) - len(absent)
    share = f" ({found / len(rows):.1%})" if rows else ""  # a shard may have no image
    yield f"{counted(len(rows), 'image')}: {found} with landmarks{share}"
    unread = [name for name in tree.files if is_unread(name)]
    others = [name for name in tree.files if not (is_image(name) or is_unread(name))]
    for names, what in (
        (absent, "without a face that can be trusted"),
        (broken, "truncated or not an image"),
        (missing, "left out, missing files"),
        (unread, "left out, of an unsupported format"),
        (others, "left out, not an image by name"),
        (tree.hidden, "left out, hidden"),
        (tree.loops, "left out, link to a folder around it"),
    ):
        if names:
            yield f"{len(names)} {what}: {some(names, SHOWN)}"
