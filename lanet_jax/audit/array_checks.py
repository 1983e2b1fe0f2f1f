"""Reads the arrays that a user hands to the audit, and refuses those that cannot be audited."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.errors import UserError

PROBABILITIES = "probabilities"
_SUM_TOLERANCE = 1e-2
_NONE = {"None", "nan", "<NA>", "NaT"}  # as Python, NumPy and pandas write it
_FEWEST = 10  # records; fewer are too few to estimate a share from


def check_enough(records: int, classes: int, used: int) -> None:
    """Refuses labels that cannot be audited, before any work is done.

    Args:
      records: N.
      classes: C.
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


def labels(
    given: Sequence[int] | Sequence[str] | np.ndarray,
    classes: Sequence[str],
    probabilities: np.ndarray | None,
) -> tuple[Int[np.ndarray, " N"], tuple[str, ...]]:
    """Reads observed labels and the names of their classes.

    Args:
      given: names, or numbers from 0.
      classes: class names; if empty, those of the columns of probabilities (a data frame's), or the
        labels' own.
      probabilities: class probabilities, whose columns are classes too; None without any.

    Returns:
      The labels as indices into the class names, and these.

    Raises:
      UserError: a label is missing or is not one of the classes, or these are not known.
    """
    _check_rows(given, probabilities)
    named, found = _names(classes, probabilities), _one_each(given)
    if found.dtype.kind in "iu":
        by_value = bool(classes is not None and len(classes)) and all(
            isinstance(name, int | np.integer) for name in classes
        )
        shape = () if probabilities is None else _array(probabilities, PROBABILITIES).shape
        columns = shape[1] if len(shape) == 2 else 0
        if not by_value and (named or columns):
            named = named or tuple(map(str, range(columns)))
            outside = found[(found < 0) | (found >= len(named))]
            if len(outside):
                count = len(named)
                raise UserError(f"labels: {outside[0]} is not one of the {count} classes, from 0")
            return found.astype(int), named
        if found.min(initial=0) < 0:
            raise UserError(
                f"labels: {found.min()} is not one of the classes, from 0; leave it out"
            )
        named = named or tuple(map(str, np.unique(found)))
    texts = [str(label) for label in found]
    if not named and probabilities is not None:
        raise UserError("classes: name them in the order of the columns of probabilities")
    names = named or tuple(sorted(set(texts)))
    place = {name: c for c, name in enumerate(names)}
    strange = next((text for text in texts if text not in place), None)
    if strange is not None:
        raise UserError(f"labels: {strange!r} is not one of the classes {', '.join(names)}")
    return np.array([place[text] for text in texts], int), names


def _one_each(given: Any) -> Int[np.ndarray, " N"] | np.ndarray:
    """One number or one name a record."""
    found = _array(given, "labels")
    if found.ndim == 2 and found.dtype.kind in "buif":
        way = "ravel()" if found.shape[1] == 1 else "argmax(axis=1), if it has one column per class"
        raise UserError(
            f"labels: {list(found.shape)}, but one per record was expected: give x.{way}"
        )
    if found.dtype.kind not in "biufUTSO" or found.ndim != 1:
        raise UserError(
            f"labels: one name or one number from 0 a record was expected, found {found.dtype} "
            f"{list(found.shape)}"
        )
    none = next((i for i, label in enumerate(found.tolist()) if _is_none(label)), None)
    if none is not None:
        raise UserError(
            f"labels: record {none} has none ({found.tolist()[none]!r}); leave it out or name it"
        )
    if found.dtype.kind == "S":
        try:
            return np.char.decode(found, "utf-8")
        except UnicodeDecodeError as error:
            raise UserError(f"labels: bytes that are not UTF-8 ({error}): decode them") from None
    if found.dtype.kind == "O" and all(isinstance(label, int | np.integer) for label in found):
        return found.astype(int)  # of pandas' Int64
    if found.dtype.kind == "f" and not np.all(found == np.floor(found)):
        part = next(x for x in found.tolist() if x != np.floor(x))
        raise UserError(
            f"labels: one name or one number from 0 a record was expected, found {part}"
        )
    return found.astype(int) if found.dtype.kind in "bf" else found


def _is_none(label: object) -> bool:
    return label in ("", b"") if isinstance(label, str | bytes) else str(label) in _NONE


def _names(classes: Sequence[str] | None, probabilities: Any) -> tuple[str, ...]:
    """Class names as given, or as a data frame names its columns."""
    if isinstance(classes, str | bytes | Mapping | set | frozenset):
        kind = type(classes).__name__
        raise UserError(f"classes: a list of names was expected, not {kind}: name them in order")
    names = tuple(map(str, () if classes is None else classes))
    if len(set(names)) < len(names):
        raise UserError("classes: a name occurs twice; name each class once")
    columns = tuple(getattr(probabilities, "columns", ()))
    if len(set(columns)) < len(columns):
        raise UserError("probabilities: a column's name occurs twice; name each class once")
    if not columns or not all(isinstance(name, str) for name in columns):
        return names
    if names and names != columns:
        raise UserError(
            f"classes: {', '.join(names)}, but the columns of probabilities are "
            f"{', '.join(columns)}: give x[list(classes)], or x.to_numpy() if they are in order"
        )
    return columns


def _check_rows(given: Any, probabilities: Any) -> None:
    """Refuses pandas objects whose rows are the same ones in another order."""
    one: Any = getattr(given, "index", None)
    other: Any = getattr(probabilities, "index", None)
    if not (hasattr(one, "equals") and hasattr(other, "equals")) or one.equals(other):
        return
    if len(one) == len(other) and set(one) == set(other):
        raise UserError(
            "labels and probabilities have the same index in another order: give "
            "x.loc[labels.index], or x.to_numpy() if the rows belong together as they stand"
        )


def _array(values: Any, name: str) -> np.ndarray:
    if np.ma.is_masked(values):
        raise UserError(f"{name}: some values are masked: leave these records out, or fill them in")
    if hasattr(values, "toarray"):
        raise UserError(f"{name}: a sparse matrix is not read: give x.toarray()")
    try:
        return np.asarray(values)
    except Exception as error:  # each library has its own: ragged lists, another device ...
        reason = str(error).strip().partition("\n")[0][:200]
        raise UserError(f"{name}: no array can be made of it ({reason})") from None


def numbers(values: np.ndarray, name: str, records: int) -> Float[np.ndarray, "N D"]:
    """Reads one row of finite numbers for each record.

    Args:
      values: [N, D] numbers.
      name: name of the argument, for errors.
      records: N.

    Returns:
      The numbers, in float32.

    Raises:
      UserError: they are of another shape or type, or one is not finite.
    """
    found = _array(values, name)
    if found.dtype.kind == "O" and found.ndim == 2:  # pandas' Float64, or columns of several types
        with contextlib.suppress(TypeError, ValueError):
            found = found.astype(float)
    if found.ndim != 2 or len(found) != records or found.dtype.kind not in "fiub":
        raise UserError(
            f"{name}: [{records}, ...] numbers were expected, one row a label, found "
            f"{found.dtype} {list(found.shape)}"
        )
    if not found.shape[1]:
        raise UserError(f"{name}: [{records}, 0], rows without a number")
    with np.errstate(over="ignore"):
        found = found.astype(np.float32)
    if not np.isfinite(found).all():
        row = int(np.flatnonzero(~np.isfinite(found).all(axis=1))[0])
        raise UserError(f"{name}: row {row} is not finite (in float32); leave it out or fill it in")
    return found


def distributions(values: np.ndarray, records: int, classes: int) -> Float[np.ndarray, "N C"]:
    """Reads class probabilities.

    Args:
      values: [N, C] numbers.
      records: N.
      classes: C.

    Returns:
      The probabilities, of which each row sums to 1.

    Raises:
      UserError: they are not such numbers, or a row is negative or does not sum to 1.
    """
    if classes == 2 and _array(values, PROBABILITIES).ndim == 1:
        raise UserError(f"{PROBABILITIES}: of one class only; give np.stack([1 - p, p], axis=1)")
    found = numbers(values, PROBABILITIES, records)
    if found.shape[1] != classes:
        raise UserError(f"{PROBABILITIES}: {found.shape[1]} columns for {classes} classes")
    sums = found.sum(axis=1)
    if found.min() < 0 or np.abs(sums - 1).max() > _SUM_TOLERANCE:
        row = int(np.argmax((found.min(axis=1) < 0) | (np.abs(sums - 1) > _SUM_TOLERANCE)))
        raise UserError(
            f"{PROBABILITIES}: rows must not be negative and must sum to 1, and row {row} does not"
        )
    return found / sums[:, None]
