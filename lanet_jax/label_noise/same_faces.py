"""Records that are the same face: one that is held out must not be known from its copy."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_BY_CHANCE = 1.0  # pairs of equal rows that are expected where rows are no copies


def of(spaces: Sequence[Float[np.ndarray, "N D"]]) -> Int[np.ndarray, " N"]:
    """Finds records whose features are the same in every space.

    Codes, such as the columns of a category, coincide without being copies. So equal rows count
    only if their columns, taken to be independent, would not make a single pair of them.

    Args:
      spaces: features in each space, at least one.

    Returns:
      The number of each record's group, from 0; copies share one.
    """
    rows = np.hstack([features.astype(np.float32) for features in spaces]) + 0.0  # of -0 makes 0
    count = len(rows)
    same = 2 * np.log(count) - np.log(2)
    for column in rows.T:
        _, found = np.unique(column, return_counts=True)
        same += np.log(np.sum((found / count) ** 2))
    if same > np.log(_BY_CHANCE):
        return np.arange(count)
    # A row compared as one string of bytes takes a single sort.
    rows = np.ascontiguousarray(rows)
    strings = rows.view([("row", f"V{rows.itemsize * rows.shape[1]}")])["row"][:, 0]
    return np.unique(strings, return_inverse=True)[1]


def joined(one: Int[np.ndarray, " N"], other: Int[np.ndarray, " N"]) -> Int[np.ndarray, " N"]:
    """Joins two groupings: records that either puts together are in one group.

    Args:
      one: number of each record's group, from 0.
      other: the same of another grouping.

    Returns:
      The number of each record's group, from 0.
    """
    start, size = one.max() + 1, one.max() + other.max() + 2
    pairs = coo_array((np.ones(len(one)), (one, start + other)), shape=(size, size))
    return np.unique(connected_components(pairs, directed=False)[1][one], return_inverse=True)[1]


def effective(groups: Int[np.ndarray, " N"]) -> int:
    """How many independent records say as much: N^2 over the sum of the groups' squared sizes."""
    sizes = np.bincount(groups)
    return max(1, round(len(groups) ** 2 / float(np.sum(sizes.astype(float) ** 2))))


def shared(given: Int[np.ndarray, " N"], groups: Int[np.ndarray, " N"]) -> Bool[np.ndarray, " N"]:
    """Which labels a record of another group, or of another fold, has too."""
    pairs = np.unique(np.stack([given, groups]), axis=1)
    return np.bincount(pairs[0])[given] > 1


def told(
    groups: Int[np.ndarray, " N"], given: Int[np.ndarray, " N"], names: Sequence[str]
) -> tuple[str, ...]:
    """Says how many records are copies, and how many of these are labelled differently.

    Args:
      groups: group of each record, from `of`.
      given: observed label of each record, an index into the classes.
      names: names of the records, for examples.

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
