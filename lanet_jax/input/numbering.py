"""What the numbers in a peer's label file mean, found by comparison with the dataset's labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Int

from lanet_jax.classes import AFFECTNET_ORDER, EXPRESSIONS, FERPLUS_ORDER, RAFDB_ORDER
from lanet_jax.errors import UserError

_ORDERS = {
    "canonical": EXPRESSIONS,
    "RAF-DB": RAFDB_ORDER,
    "FERPlus": FERPLUS_ORDER,
    "AffectNet": AFFECTNET_ORDER,
}
_LEAST_AGREEMENT = 0.5  # noise above one half hides the numbering
_LEAST_MARGIN = 0.1  # over the next best numbering that reads the file differently


def find(
    path: str | Path,
    evidence: Mapping[int, tuple[int, str]],
    class_names: Sequence[str],
    labels: Int[np.ndarray, " N"],
    are_originals: bool,
) -> dict[str, int]:
    """Finds the numbering that fits the labels best.

    Args:
      path: the label file, for errors.
      evidence: line number and number of each record that the file names, by the record's row.
      class_names: the dataset's classes.
      labels: the dataset's own labels, indices into `class_names`.
      are_originals: whether these numbers are the file's original labels, not its observed ones.

    Returns:
      The class of each number, as an index into `class_names`.

    Raises:
      UserError: no numbering fits, or two that read the file differently fit about as well.
    """
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
