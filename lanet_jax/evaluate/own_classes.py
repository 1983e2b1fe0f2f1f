"""Fits the labels of data to the classes of the network that is evaluated on them."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from lanet_jax.errors import UserError
from lanet_jax.input.records import Records


def in_classes(records: Records, classes: Sequence[str], what: str) -> Records:
    """Gives records the classes of a network, of which theirs may be a part, in any order.

    Args:
      records: records of a split, with their own classes.
      classes: the network's.
      what: names the dataset and the split, for errors.

    Returns:
      The same records; their labels are indices into the network's classes.

    Raises:
      UserError: the records' dataset has a class that the network has not.
    """
    if unknown := [name for name in records.classes if name not in classes]:
        raise UserError(
            f"{what} has classes that the network does not have: {', '.join(unknown)}; it was "
            f"trained on {', '.join(classes)}: evaluate data without the others (`lanet prepare` "
            "with --classes 7 leaves contempt out of FERPlus and AffectNet, and with "
            f"--classes '{unknown[0]}=CLASS' it renames one of a folder)"
        )
    index = np.array([classes.index(name) for name in records.classes])
    return dataclasses.replace(records, classes=tuple(classes), labels=index[records.labels])


def absent(records: Records, classes: Sequence[str], what: str) -> str:
    """Says which of a network's classes data lack.

    Args:
      records: records of a split, with their own classes.
      classes: the network's.
      what: names the dataset and the split.

    Returns:
      A line; "" if they have all.
    """
    lacking = [name for name in classes if name not in records.classes]
    if not lacking:
        return ""
    return (
        f"note: {what} has no class {', '.join(lacking)}, which the network may predict all the "
        "same; mean class accuracy is over the other classes"
    )
