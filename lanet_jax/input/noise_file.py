"""Label files: our own `labels.csv` and `corrections.csv`, and the lists that peers publish.

Ours has the header `name,given,true` and class names. A peer's has lines `train_00001.jpg 5` (or
commas, or a third column with the original label) in the numbering of the dataset's authors, which
differs from dataset to dataset and may start at 0 or 1: it is found by comparison.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Int

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.files.atomic import write_csv
from lanet_jax.input import label_lines
from lanet_jax.input.names import Names, plain

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
_LEAST_MARGIN = 0.1  # over the next best numbering that reads the file differently


def read(
    path: str | Path,
    names: Sequence[str],
    class_names: Sequence[str],
    labels: Int[np.ndarray, " N"],
    other_names: Collection[str] = (),
    complete: bool = False,
    tell: Callable[[str], None] = print,
) -> Int[np.ndarray, " N"]:
    """Reads the observed labels of the training records from a label file.

    Names are matched as `Names` does, against all splits. Lines about other splits (`test_...`, or
    in `other_names`) are skipped.

    Args:
      path: a label file of ours or of a peer.
      names: name of each record of the training split.
      class_names: the dataset's classes.
      labels: the dataset's own labels, indices into `class_names`.
      other_names: names of the dataset's other splits.
      complete: whether the file must name every record.
      tell: called with one line about what the file names and changes, unless `complete`.

    Returns:
      The observed labels; a record that the file does not name keeps its own label.

    Raises:
      UserError: a line is unreadable, has an unknown name or class, a name that fits several
        records, or a second label for a record (with its line number); or the file is missing,
        empty, names no training record or not all that it must, or no numbering fits it.
    """
    text = label_lines.read_text(path)
    if not text.strip():
        raise UserError(f"{path} is empty: give a label file, or leave noise.file out")
    rows = _Rows(path, names, other_names)
    truths: dict[int, tuple[int, str]] = {}
    if label_lines.has_header(text):
        own = list(label_lines.rows(path, text))
        if not complete:
            truths = rows.match((n, row["name"], row["true"]) for n, row in own if row.get("true"))
        found = rows.match((number, row["name"], row["given"]) for number, row in own)
        index_of = {name: index for index, name in enumerate(class_names)}
    else:
        parsed = list(label_lines.peers_rows(path, text))
        originals = rows.match((n, name, true) for n, name, _, true in parsed if true)
        found = rows.match((n, name, given) for n, name, given, _ in parsed)
        has_originals = len(originals) == len(found)
        evidence = originals if has_originals else found
        index_of = _numbering(path, evidence, class_names, labels, has_originals) if found else {}
    if not found and not rows.others:
        raise UserError(f"{path} has no line below its header: give a label for each name")
    if not found:
        raise UserError(
            f"{path} names none of the {len(names)} training records, such as {names[0]!r} "
            f"({rows.others} lines are of other splits); is it for another dataset or split?"
        )
    if complete and len(found) < len(names):
        absent = next(name for row, name in enumerate(names) if row not in found)
        raise UserError(
            f"{path}: {len(names) - len(found)} of {len(names)} records have no line, such as "
            f"{absent!r}; restore them, or start again from another --workdir"
        )
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
    if not complete:
        told = rows.summary(len(found), len(names), int(np.sum(result != labels)))
        theirs = {row: true.casefold() for row, (_, true) in truths.items()}
        others = sum(true != class_names[labels[row]].casefold() for row, true in theirs.items())
        told += f"; {others} true labels are not the dataset's, which are used" if others else ""
        tell(f"{path}: {told}")
    return result


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


class _Rows:
    """Finds the training record that a line of a label file names."""

    def __init__(self, path: str | Path, names: Sequence[str], other_names: Collection[str]):
        self._path = path
        self._training = len(names)
        self._all = [*names, *sorted(set(other_names) - set(names))]
        self._names = Names(self._all)

    def match(self, lines: Iterable[tuple[int, str, str]]) -> dict[int, tuple[int, str]]:
        """Finds the training records that lines name, and counts the lines of other splits.

        Args:
          lines: line number, name and label of each line.

        Returns:
          Line number and label of each record that is named, by the record's row.

        Raises:
          UserError: a name is unknown or fits several records, or labels of a record differ.
        """
        found: dict[int, tuple[int, str]] = {}
        self._passed_over: Counter[str] = Counter()
        self.others = 0
        for number, name, label in lines:
            row = self._row(number, name)
            if row is None:
                self.others += 1
                continue
            first, known = found.setdefault(row, (number, label))
            if known.casefold() != label.casefold():
                raise UserError(
                    f"{self._path}, line {number}: {name!r} is {label!r} here and {known!r} in "
                    f"line {first}; keep one of them"
                )
        return found

    def summary(self, named: int, records: int, changed: int) -> str:
        """Says in one sentence what the lines name and change."""
        parts = [f"names {named} of {records} training records and changes the label of {changed}"]
        if named < records:
            parts.append(f"the other {records - named} keep theirs")
        if self.others:
            parts.append(f"{self.others} lines are of other splits and are not used")
        parts += [f"{count} names fit {how}" for how, count in self._passed_over.items()]
        return "; ".join(parts)

    def _row(self, number: int, name: str) -> int | None:
        rows, passed_over = self._names.find(name)
        training = [row for row in rows if row < self._training]
        if len(rows) > 1 and training:
            splits = "" if len(training) == len(rows) else ", not all of them for training"
            raise UserError(
                f"{self._path}, line {number}: {name!r} fits {len(rows)} training records"
                f"{splits}, such as {self._all[rows[0]]!r} and {self._all[rows[1]]!r}; write the "
                "name as the dataset has it"
            )
        if training:
            self._passed_over.update([passed_over] if passed_over else [])
            return training[0]
        like = [] if rows else self._names.like(name)
        is_other = rows or plain(name).rsplit("/", 1)[-1].startswith("test_")
        if is_other or (like and min(like) >= self._training):
            return None
        near = f"; the nearest is {self._all[like[0]]!r}" if like else ""
        raise UserError(
            f"{self._path}, line {number}: no training record is named {name!r}{near}; is this "
            "file for another dataset?"
        )


def _numbering(
    path: str | Path,
    evidence: dict[int, tuple[int, str]],
    class_names: Sequence[str],
    labels: Int[np.ndarray, " N"],
    are_originals: bool,
) -> dict[str, int]:
    """Finds what the numbers in a peer's file mean: the numbering that fits the labels best."""
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
        column = "its third column does not look like the original label: " if are_originals else ""
        advice = (
            "write the original label there" if column else "add the original label as third column"
        )
        raise UserError(
            f"{path}: cannot tell which class each number means: {column}read in {best[1]} it "
            f"agrees with {best[0]:.0%} of the dataset's labels, in {second[1]} with "
            f"{second[0]:.0%}; {advice}, or use class names under the header name,given,true"
        )
    return best[2]
