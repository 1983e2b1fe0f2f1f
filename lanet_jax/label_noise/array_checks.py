"""Reads the arrays that a user hands to the audit, and refuses those that cannot be audited."""

import contextlib
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax.classes import is_blank
from lanet_jax.errors import UserError

PROBABILITIES = "probabilities"
_SUM_TOLERANCE = 1e-2
_NONE = {"none", "na", "nat"}  # as Python, R and NumPy write it, besides a spreadsheet's words
_LEAST_ERROR = 1e-3  # of a column's deviation, from which float32 costs something
_ROUNDING = 1e-12  # deviation over the largest value, up to which a column is constant
_FEWEST = 10  # records; fewer are too few to estimate a share from


def check_enough(records: int, classes: int, used: int) -> None:
    """Refuses labels that cannot be audited, before any work is done.

    Args:
      records: number of records, N.
      classes: number of classes, C.
      used: how many of them some record has.

    Raises:
      UserError: there are too few records or classes, or too many classes.
    """
    if records < _FEWEST:
        raise UserError(f"{records} labels are too few to audit: {_FEWEST} or more are needed")
    if classes < 2:
        raise UserError("there is one class, and two or more are needed")
    if 2 * used > records:
        raise UserError(
            f"{used} classes of {records} labels: a class cannot be learned from one record; are "
            "these the classes?"
        )


def is_none(written: str) -> bool:
    """Whether a text stands for a value that is not there."""
    return is_blank(written) or written.strip().casefold() in _NONE


def spaces(features: Any, probabilities: Any) -> dict[str, Any]:
    """Tells feature spaces apart, none of which is read yet.

    Args:
      features: [N, D] numbers, several such by name, or None.
      probabilities: what else the labels may be judged by, or None.

    Returns:
      The spaces by name.

    Raises:
      UserError: several spaces have no names, or there is nothing to judge the labels by.
    """
    if features is None and probabilities is None:
        raise UserError("nothing to judge the labels by: give features, probabilities or both")
    if isinstance(features, Sequence) and all(np.ndim(space) == 2 for space in features):
        raise UserError("features: of several spaces give a dict, such as {'face': x, 'voice': y}")
    named = features if isinstance(features, Mapping) else {"features": features}
    if PROBABILITIES in named:
        raise UserError(f"features: {PROBABILITIES!r} is no space; call it otherwise")
    found = {name: values for name, values in named.items() if values is not None}
    if probabilities is None and not found:
        raise UserError("features: there is no space of them, nor probabilities; give one of both")
    return found


def check_rows(arguments: Mapping[str, Any]) -> None:
    """Refuses pandas objects whose rows are the same ones in another order.

    Args:
      arguments: what has a row for each record, by name.

    Raises:
      UserError: two of them have the same index in another order.
    """
    indexed = {
        name: values.index
        for name, values in arguments.items()
        if hasattr(getattr(values, "index", None), "equals")
    }
    for (one, first), (other, second) in itertools.combinations(indexed.items(), 2):
        if not first.equals(second) and len(first) == len(second) and set(first) == set(second):
            raise UserError(
                f"{one} and {other} have the same index in another order: give "
                f"{other}.loc[{one}.index], or to_numpy() of both if the rows belong together as "
                "they stand"
            )


def groups(values: Any, records: int) -> Int[np.ndarray, " N"]:
    """Reads which records belong together, such as the frames of one video.

    Args:
      values: a name or number for each record.
      records: number of records, N.

    Returns:
      The number of each record's group, from 0.

    Raises:
      UserError: there is not one for each record, or one is missing.
    """
    found = array(values, "groups")
    if found.shape != (records,):
        raise UserError(f"groups: {list(found.shape)}, but one for each of {records} was expected")
    texts = [str(value) for value in found.tolist()]
    none = next((i for i, text in enumerate(texts) if is_none(text)), None)
    if none is not None:
        raise UserError(
            f"groups: record {none} has none; give a record by itself a name of its own"
        )
    return np.unique(texts, return_inverse=True)[1]


def array(values: Any, name: str) -> np.ndarray:
    """Makes an array of what NumPy can read without guessing.

    Args:
      values: what a user handed in.
      name: name of the argument, for errors.

    Returns:
      The array.

    Raises:
      UserError: values are masked or sparse, or no array can be made of them.
    """
    if np.ma.is_masked(values):
        raise UserError(f"{name}: some values are masked: leave these records out, or fill them in")
    if hasattr(values, "toarray"):
        raise UserError(f"{name}: a sparse matrix is not read: give x.toarray()")
    try:
        return np.asarray(values)
    except Exception as error:  # each library has its own: ragged lists, another device ...
        reason = str(error).strip().partition("\n")[0][:200]
        raise UserError(f"{name}: no array can be made of it ({reason})") from None


def features(values: Any, name: str, records: int) -> Float[np.ndarray, "N D"]:
    """Reads the features of each record in one space.

    Args:
      values: [N, D] numbers.
      name: name of the space, for errors.
      records: number of records, N.

    Returns:
      The numbers, in float32. A column whose values lie too close together for that, such as
      times in seconds since 1970, comes standardised.

    Raises:
      UserError: they are of another shape or type, or one is not finite in float32.
    """
    found = _numbers(values, name, records)
    cast = _in_float32(found, name)
    if np.can_cast(found.dtype, np.float32):
        return cast
    exact = found.astype(float)
    largest = np.abs(exact).max(axis=0)
    unit = np.where(largest > 0, largest, 1)  # squares of small numbers leave float64's range, too
    exact /= unit
    deviation = exact.std(axis=0)
    error = np.abs(cast / unit - exact).max(axis=0)
    lost = (error > _LEAST_ERROR * deviation) & (deviation > _ROUNDING)
    cast[:, lost] = (exact[:, lost] - exact[:, lost].mean(axis=0)) / deviation[lost]
    return cast


def _numbers(values: Any, name: str, records: int) -> np.ndarray:
    """One row of numbers for each record, in the type in which they come."""
    found = array(values, name)
    if found.dtype.kind == "O" and found.ndim == 2:  # pandas' Float64, or columns of several types
        with contextlib.suppress(TypeError, ValueError):
            found = found.astype(float)
    if found.ndim != 2 or len(found) != records or found.dtype.kind not in "fiub":
        columns, hint = ("C", "") if name == PROBABILITIES else ("D", "; give x[:, None]")
        hint = hint if found.shape == (records,) else ""
        raise UserError(
            f"{name}: [{records}, {columns}] numbers were expected, one row a label, found "
            f"{found.dtype} {list(found.shape)}{hint}"
        )
    if not found.shape[1]:
        raise UserError(f"{name}: [{records}, 0], rows without a number")
    return found


def _in_float32(found: np.ndarray, name: str) -> Float[np.ndarray, "N D"]:
    with np.errstate(over="ignore"):
        cast = found.astype(np.float32)
    if not np.isfinite(cast).all():
        row = int(np.flatnonzero(~np.isfinite(cast).all(axis=1))[0])
        raise UserError(f"{name}: row {row} is not finite (in float32); leave it out or fill it in")
    return cast


def distributions(values: np.ndarray, records: int, classes: int) -> Float[np.ndarray, "N C"]:
    """Reads class probabilities.

    Args:
      values: [N, C] numbers.
      records: number of records, N.
      classes: number of classes, C.

    Returns:
      The probabilities, of which each row sums to 1.

    Raises:
      UserError: they are not such numbers, or a row is negative or does not sum to 1.
    """
    if classes == 2 and array(values, PROBABILITIES).ndim == 1:
        raise UserError(f"{PROBABILITIES}: of one class only; give np.stack([1 - p, p], axis=1)")
    found = _in_float32(_numbers(values, PROBABILITIES, records), PROBABILITIES)
    if found.shape[1] != classes:
        raise UserError(f"{PROBABILITIES}: {found.shape[1]} columns for {classes} classes")
    whole = are_distributions(found)
    if not whole.all():
        raise UserError(
            f"{PROBABILITIES}: rows must not be negative and must sum to 1, and row "
            f"{int(np.argmin(whole))} does not"
        )
    return found / found.sum(axis=1, keepdims=True)


def are_distributions(rows: Float[np.ndarray, "N C"]) -> Bool[np.ndarray, " N"]:
    """Which rows are class probabilities: none negative or nan, with a sum of nearly 1."""
    bounded = np.all((rows >= 0) & (rows <= 1 + _SUM_TOLERANCE), axis=1)
    sums = rows.sum(axis=1, where=bounded[:, None])  # those of any numbers may overflow
    return bounded & (np.abs(sums - 1) <= _SUM_TOLERANCE)
