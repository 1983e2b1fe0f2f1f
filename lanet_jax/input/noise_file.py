"""Label files: our own `labels.csv` and `corrections.csv`, and the lists that peers publish.

Ours has the header `name,given,true` and class names. A peer's has lines `train_00001.jpg 5` (or
commas, or a third column with the original label) in the numbering of the dataset's authors, which
differs from dataset to dataset and may start at 0 or 1: it is found by comparison (SPEC 5.1).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import Int

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.files.atomic import write_csv
from lanet_jax.input import label_lines

# The dataset authors' own orders, which differ from the canonical one.
_ORDERS = {
    "canonical": EXPRESSIONS,
    "RAF-DB": ("surprise", "fear", "disgust", "happiness", "sadness", "anger", "neutral"),
    "FERPlus": (
        *("neutral", "happiness", "surprise", "sadness"),
        *("anger", "disgust", "fear", "contempt"),
    ),
    "AffectNet": (
        *("neutral", "happiness", "sadness", "surprise"),
        *("fear", "disgust", "anger", "contempt"),
    ),
}
_LEAST_AGREEMENT = 0.5  # noise above one half hides the numbering
_LEAST_MARGIN = 0.1  # over the next numbering that reads the file differently


def read(
    path: str | Path,
    names: Sequence[str],
    class_names: Sequence[str],
    labels: Int[np.ndarray, "N"],
    other_names: Collection[str] = (),
    complete: bool = False,
) -> Int[np.ndarray, "N"]:
    """Reads the given labels of the training records from a label file.

    Names are compared whole, then by their last path part without `_aligned`. Lines of the test
    split (`test_...`, or in `other_names`) are skipped.

    Args:
      path: a label file of ours or of a peer.
      names: name of each training record, all of the split.
      class_names: the dataset's classes.
      labels: the dataset's own labels, indices into `class_names`.
      other_names: names of the dataset's other splits.
      complete: whether the file has to name every record.

    Returns:
      The given labels; a record that the file does not name keeps its own label.

    Raises:
      UserError: with the line number, an unreadable line, a name or class that does not exist, a
        name that fits several records, or a second, different label for one record; or the file
        is missing or lacks records that it has to name, or no numbering fits it.
    """
    text = label_lines.read_text(path)
    rows = _Rows(path, names, other_names)
    if label_lines.has_header(text):
        found = rows.match(label_lines.rows(path, text))
        index_of = {name: index for index, name in enumerate(class_names)}
    else:
        parsed = list(label_lines.peers_rows(path, text))
        found = rows.match((n, name, given) for n, name, given, _ in parsed)
        originals = rows.match((n, name, true) for n, name, _, true in parsed if true)
        evidence = originals if len(originals) == len(found) else found
        index_of = _numbering(path, evidence, class_names, labels)
    if complete and len(found) < len(names):
        absent = next(name for row, name in enumerate(names) if row not in found)
        raise UserError(
            f"{path}: {len(names) - len(found)} of {len(names)} records have no line, such as "
            f"{absent!r}; restore them, or start again from another --workdir"
        )
    result = np.array(labels)
    for row, (number, given) in found.items():
        if given not in index_of:
            raise UserError(
                f"{path}, line {number}: class {given!r} is not one of {', '.join(index_of)}; "
                "correct the line"
            )
        result[row] = index_of[given]
    return result


def write(
    path: str | Path,
    names: Sequence[str],
    given: Int[np.ndarray, "N"],
    true: Int[np.ndarray, "N"] | None,
    class_names: Sequence[str],
) -> None:
    """Writes a label file that `read` reads back, under a temporary name first.

    Args:
      path: `labels.csv` of a work folder.
      names: name of each record.
      given: the labels that training sees.
      true: the labels before noise; None leaves the column empty.
      class_names: names of the classes that both index.
    """
    originals = [""] * len(names) if true is None else [class_names[label] for label in true]
    labels = [class_names[label] for label in given]
    write_csv(Path(path), label_lines.HEADER, zip(names, labels, originals, strict=True))


class _Rows:
    """Finds the training record that a line of a label file names."""

    def __init__(self, path: str | Path, names: Sequence[str], other_names: Collection[str]):
        self._path = path
        self._whole = {name: row for row, name in enumerate(names)}
        self._short = {_short(name): row for row, name in enumerate(names)}
        self._shared = Counter(map(_short, names))
        self._other = {_short(name) for name in other_names} | set(other_names)

    def match(self, lines: Iterable[tuple[int, str, str]]) -> dict[int, tuple[int, str]]:
        """Returns the line number and label of each record that the lines name."""
        found: dict[int, tuple[int, str]] = {}
        for number, name, label in lines:
            row = self._row(number, name)
            if row is None:
                continue
            first, known = found.setdefault(row, (number, label))
            if known != label:
                raise UserError(
                    f"{self._path}, line {number}: {name!r} is {label!r} here and {known!r} in "
                    f"line {first}; keep one of them"
                )
        return found

    def _row(self, number: int, name: str) -> int | None:
        short = _short(name)
        if name in self._whole:
            return self._whole[name]
        if self._shared[short] == 1:
            return self._short[short]
        if self._shared[short] > 1:
            raise UserError(
                f"{self._path}, line {number}: {name!r} fits {self._shared[short]} training "
                "records; write the name as the dataset has it"
            )
        if short.startswith("test_") or short in self._other or name in self._other:
            return None
        raise UserError(
            f"{self._path}, line {number}: no training record is named {name!r}; is this file for "
            "another dataset?"
        )


def _short(name: str) -> str:
    last = PurePosixPath(name.replace("\\", "/"))
    return last.stem.removesuffix("_aligned") + last.suffix


def _numbering(
    path: str | Path,
    evidence: dict[int, tuple[int, str]],
    class_names: Sequence[str],
    labels: Int[np.ndarray, "N"],
) -> dict[str, int]:
    """Finds what the numbers of a peer's file mean: the reading that fits the labels best."""
    orders = {"the dataset's": class_names, **_ORDERS}
    index_of = {name: index for index, name in enumerate(class_names)}
    own = labels[list(evidence)]
    read_by: dict[bytes, tuple[float, str, dict[str, int]]] = {}
    for title, order in orders.items():
        for base in (0, 1):
            numbers = {str(i): index_of[c] for i, c in enumerate(order, base) if c in index_of}
            reading = np.array([numbers.get(given, -1) for _, given in evidence.values()], int)
            agreement = float(np.mean(reading == own)) if len(own) else 0.0
            read_by.setdefault(
                reading.tobytes(), (agreement, f"{title} order from {base}", numbers)
            )
    best, *others = sorted(read_by.values(), key=lambda candidate: -candidate[0])
    second = others[0] if others else (0.0, "none", {})
    if best[0] < _LEAST_AGREEMENT or best[0] - second[0] < _LEAST_MARGIN:
        raise UserError(
            f"{path}: cannot tell which class each number means: read in {best[1]} it agrees with "
            f"{best[0]:.0%} of the dataset's labels, in {second[1]} with {second[0]:.0%}; add the "
            "original label as third column, or use class names under the header name,given,true"
        )
    return best[2]
