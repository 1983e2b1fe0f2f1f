"""Records that are the same face: one that is held out must not be known from its copy."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int


def of(spaces: Sequence[Float[np.ndarray, "N D"]]) -> Int[np.ndarray, " N"]:
    """Finds records whose features are the same in every space.

    Whole numbers, such as counts or one-hot codes, coincide without being copies: features that
    hold nothing else are not compared.

    Args:
      spaces: features in each space, at least one.

    Returns:
      The number of each record's group, from 0; copies share one.
    """
    if all(np.array_equal(features, np.round(features)) for features in spaces):
        return np.arange(len(spaces[0]))
    rows = np.ascontiguousarray(np.hstack([features.astype(np.float32) for features in spaces]))
    # A row compared as one string of bytes takes a single sort.
    strings = rows.view([("row", f"V{rows.itemsize * rows.shape[1]}")])["row"][:, 0]
    return np.unique(strings, return_inverse=True)[1]


def told(
    groups: Int[np.ndarray, " N"], given: Int[np.ndarray, " N"], names: Sequence[str]
) -> tuple[str, ...]:
    """Says how many records are copies, and how many of these are labelled differently.

    Args:
      groups: group of each record, from `of`.
      given: observed labels.
      names: names of the records.

    Returns:
      A sentence without its full stop, in a tuple that is empty if there are no copies.
    """
    counts = np.bincount(groups)
    copied = counts > 1
    if not copied.any():
        return ()
    low, high = np.full(len(counts), np.iinfo(int).max), np.full(len(counts), -1)
    np.minimum.at(low, groups, given)
    np.maximum.at(high, groups, given)
    differ = np.flatnonzero(low != high)
    faces = "face occurs" if copied.sum() == 1 else "faces occur"
    said = f"{copied.sum():,} {faces} more than once ({counts[copied].sum():,} records)"
    if not len(differ):
        return (f"{said}; copies are held out together",)
    rows = np.flatnonzero(groups == differ[0])
    one, other = rows[0], rows[given[rows] != given[rows[0]]][0]
    return (
        f"{said}, {len(differ):,} of them under different labels, such as {names[one]} and "
        f"{names[other]}; copies are held out together",
    )
