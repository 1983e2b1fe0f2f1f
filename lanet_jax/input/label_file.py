"""What a label file says, ours or a peer's, before its names and labels are looked up."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lanet_jax.errors import UserError
from lanet_jax.input import label_lines
from lanet_jax.input.named_rows import Line


class LabelFile(NamedTuple):
    """The lines of a label file.

    Attributes:
      lines: name and observed label of each line.
      truths: name and original label of the lines that have one.
      is_numbered: whether the labels are numbers, as in a peer's file, and not class names.
      is_review: whether a review of the dataset wrote the file.
      undecided: numbers of the lines that a review left undecided.
    """

    lines: Sequence[Line]
    truths: Sequence[Line]
    is_numbered: bool = False
    is_review: bool = False
    undecided: Sequence[int] = ()


def read(path: str | Path) -> LabelFile:
    """Reads a label file.

    Args:
      path: a label file of ours or of a peer.

    Returns:
      Its lines, of which there may be none below a header.

    Raises:
      UserError: it is missing, empty or not text, or a line is unreadable.
    """
    text = label_lines.read_text(path)
    if not text.strip():
        raise UserError(f"{path} is empty: give a label file, or leave noise.file out")
    return _ours(path, text) if label_lines.has_header(text) else _peers(path, text)


def _ours(path: str | Path, text: str) -> LabelFile:
    rows = list(label_lines.rows(path, text))
    return LabelFile(
        lines=[Line(number, row["name"], row["given"]) for number, row in rows],
        truths=[Line(number, row["name"], row["true"]) for number, row in rows if row.get("true")],
        is_review=any("decision" in row for _, row in rows),
        undecided=[n for n, row in rows if row.get("decision", "").casefold() == "conflict"],
    )


def _peers(path: str | Path, text: str) -> LabelFile:
    rows = list(label_lines.peers_rows(path, text))
    return LabelFile(
        lines=[Line(number, name, given) for number, name, given, _ in rows],
        truths=[Line(number, name, true) for number, name, _, true in rows if true],
        is_numbered=True,
    )
