"""Label files: our own `labels.csv` and `corrections.csv`, and the lists that peers publish.

Ours has the header `name,given,true` and class names. A peer's has lines `train_00001.jpg 5` (or
commas, or a third column with the original label) in the numbering of the dataset's authors, which
differs from dataset to dataset and may start at 0 or 1: it is found by comparison.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Int

from lanet_jax.errors import UserError
from lanet_jax.files.atomic import write_csv
from lanet_jax.input import label_file, label_lines, numbering
from lanet_jax.input.label_file import LabelFile
from lanet_jax.input.named_rows import NamedRows

_OF_ANOTHER = "is it for another dataset or split?"


def read(
    path: str | Path,
    names: Sequence[str],
    class_names: Sequence[str],
    labels: Int[np.ndarray, " N"],
    other_names: Collection[str] = (),
    tell: Callable[[str], None] = print,
    advice: str = "",
) -> Int[np.ndarray, " N"]:
    """Reads the observed labels of the training records from a label file.

    Names are matched as `Names` does, against all splits. Lines about other splits (`test_...`, or
    in `other_names`) are skipped; so are, in `corrections.csv`, those of images that have moved to
    the folder of their label or, where most lines fit, are gone.

    Args:
      path: a label file of ours or of a peer.
      names: name of each record of the training split.
      class_names: the dataset's classes.
      labels: the dataset's own labels, indices into `class_names`.
      other_names: names of the dataset's other splits.
      tell: called with one line about what the file names and changes.
      advice: ends that line if labels change, other than by a review.

    Returns:
      The observed labels; a record that the file does not name keeps its own label.

    Raises:
      UserError: a line is unreadable, has an unknown name or class, a name that fits several
        records, or a second label for a record (with its line number); or the file is missing,
        empty, names no training record, or no numbering fits it.
    """
    file = label_file.read(path)
    # Images may be moved or removed because of the review that wrote the file.
    now = [class_names[label] for label in labels] if file.is_review else None
    rows = NamedRows(path, file.lines, names, other_names, now)
    truths = rows.labels(file.truths)
    found = _found(path, file, rows, names)
    index_of = _index_of(path, file, rows, found, class_names, labels)
    result = _applied(path, found, index_of, labels)
    report = _report(file, rows, found, truths, class_names, labels, result)
    changed = not file.is_review and np.any(result != labels)
    tell(f"{path}: {report}" + (f"; {advice}" if advice and changed else ""))
    return result


def restore(
    path: str | Path,
    names: Sequence[str],
    class_names: Sequence[str],
    labels: Int[np.ndarray, " N"],
) -> Int[np.ndarray, " N"]:
    """Reads back what `write` wrote.

    Args:
      path: `labels.csv` of a work folder.
      names: name of each record, all of which the file must name.
      class_names: the dataset's classes.
      labels: the dataset's own labels, indices into `class_names`.

    Returns:
      The observed labels.

    Raises:
      UserError: the file was changed: as `read`, or a record has no line.
    """
    file = label_file.read(path)
    rows = NamedRows(path, file.lines, names, (), None)
    found = _found(path, file, rows, names)
    index_of = _index_of(path, file, rows, found, class_names, labels)
    if absent := [name for row, name in enumerate(names) if row not in found]:
        raise UserError(
            f"{path}: no line for {len(absent)} of {len(names)} records, such as {absent[0]!r}; "
            "restore what is missing, or start again from another --workdir"
        )
    return _applied(path, found, index_of, labels)


def write(
    path: str | Path,
    names: Sequence[str],
    given: Int[np.ndarray, " N"],
    true: Int[np.ndarray, " N"] | None,
    class_names: Sequence[str],
) -> None:
    """Writes a label file that `read` reads back, under a temporary name first.

    Args:
      path: `labels.csv` of a work folder.
      names: name of each record.
      given: observed labels, which training sees.
      true: labels before the noise; None leaves the column empty.
      class_names: names of the classes that both index.
    """
    originals = [""] * len(names) if true is None else [class_names[label] for label in true]
    labels = [class_names[label] for label in given]
    write_csv(Path(path), label_lines.HEADER, zip(names, labels, originals, strict=True))


def _found(
    path: str | Path, file: LabelFile, rows: NamedRows, names: Sequence[str]
) -> dict[int, tuple[int, str]]:
    """Line number and label of each record that a file names, by the record's row."""
    found = rows.labels(file.lines)
    if not file.lines:
        raise UserError(f"{path} has no line below its header: give a label for each name")
    if not found:
        why = "nothing is left to change: leave noise.file out" if rows.moved else _OF_ANOTHER
        raise UserError(
            f"{path} names none of the {len(names)} training records, such as {names[0]!r} "
            f"({'; '.join(rows.told())}); {why}"
        )
    return found


def _index_of(
    path: str | Path,
    file: LabelFile,
    rows: NamedRows,
    found: dict[int, tuple[int, str]],
    class_names: Sequence[str],
    labels: Int[np.ndarray, " N"],
) -> dict[str, int]:
    """The class that each label stands for, as a file writes it."""
    if not file.is_numbered:
        return {name: index for index, name in enumerate(class_names)}
    originals = rows.labels(file.truths)
    are_all = len(originals) == len(found)
    return numbering.find(path, originals if are_all else found, class_names, labels, are_all)


def _applied(
    path: str | Path,
    found: dict[int, tuple[int, str]],
    index_of: dict[str, int],
    labels: Int[np.ndarray, " N"],
) -> Int[np.ndarray, " N"]:
    """The labels, with those that a file gives in their place."""
    result = np.array(labels)
    in_any_case = {name.casefold(): index for name, index in index_of.items()}
    for row, (number, given) in found.items():
        index = index_of.get(given, in_any_case.get(given.casefold()))
        if index is None:
            raise UserError(
                f"{path}, line {number}: class {given!r} is not one of {', '.join(index_of)}; "
                "correct the line"
            )
        result[row] = index
    return result


def _report(
    file: LabelFile,
    rows: NamedRows,
    found: dict[int, tuple[int, str]],
    truths: dict[int, tuple[int, str]],
    class_names: Sequence[str],
    labels: Int[np.ndarray, " N"],
    result: Int[np.ndarray, " N"],
) -> str:
    """Says what a file names and changes, and what in it is odd."""
    fit = f"names {len(found)} of {len(labels)} training records"
    parts = [f"{fit} and changes the label of {np.sum(result != labels)}"]
    if left := len(labels) - len(found):
        parts.append(f"the other {left} keep theirs")
    if undecided := sum(number in rows.row_of for number in file.undecided):
        parts.append(f"lines marked conflict, which are undecided: {undecided}")
    parts += rows.told()
    if not file.is_numbered:
        theirs = {row: true.casefold() for row, (_, true) in truths.items()}
        others = sum(true != class_names[labels[row]].casefold() for row, true in theirs.items())
        if others:
            parts.append(f"{others} true labels are not the dataset's, which are used")
    return "; ".join(parts)
