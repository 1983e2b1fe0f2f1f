"""Reads the arrays that a user hands to the audit, and refuses those that cannot be audited."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.errors import UserError

PROBABILITIES = "probabilities"
_SUM_TOLERANCE = 1e-2
_NONE = {"None", "nan", "<NA>", "NaT"}  # as Python, NumPy and pandas write it
_FEWEST = 10  # records; fewer are too few to estimate a share from


def check_enough(records: int, classes: int, used: int) -> None:
    """Refuses what nothing can be told of, before it costs time.

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
        raise UserError("there is one class, and two are needed: no label could be another one")
    if 2 * used > records:
        raise UserError(
            f"{used} classes of {records} labels: nothing can be learnt of a class by one record; "
            "are these the classes?"
        )


def labels(
    given: Sequence[int] | Sequence[str] | np.ndarray,
    classes: Sequence[str],
    probabilities: np.ndarray | None,
) -> tuple[Int[np.ndarray, " N"], tuple[str, ...]]:
    """Reads observed labels and the names of their classes.

    Args:
      given: names, or numbers from 0.
      classes: class names; if empty, the labels' own.
      probabilities: class probabilities, whose columns are classes too; None without any.

    Returns:
      The labels as indices into the class names, and these.

    Raises:
      UserError: a label is missing or is not one of the classes, or these are not known.
    """
    found = np.asarray(given)
    if found.dtype.kind == "O" and all(isinstance(label, int | np.integer) for label in found):
        found = found.astype(int)  # of pandas' Int64
    names = tuple(map(str, classes))
    if found.ndim != 1 or found.dtype.kind not in "iuUO":
        raise UserError(
            f"labels: one name or one number from 0 a record was expected, found {found.dtype} "
            f"{list(found.shape)}"
        )
    if len(set(names)) < len(names):
        raise UserError("classes: a name stands twice; name each class once")
    if found.dtype.kind in "iu":
        columns = 0 if np.ndim(probabilities) != 2 else np.shape(probabilities)[1]  # type: ignore[arg-type]  # None has no columns
        highest = int(found.max(initial=0))
        names = names or tuple(str(c) for c in range(max(columns, highest + 1)))
        if found.min(initial=0) < 0 or highest >= len(names):
            wrong = found.min() if found.min() < 0 else highest
            raise UserError(f"labels: {wrong} is not one of the {len(names)} classes, from 0")
        return found.astype(int), names
    none = next((i for i, label in enumerate(found) if _is_none(label)), None)
    if none is not None:
        raise UserError(f"labels: record {none} has none ({found[none]}); leave it out or name it")
    texts = [str(label) for label in found]
    if not names and probabilities is not None:
        raise UserError("classes: name them in the order of the columns of probabilities")
    names = names or tuple(sorted(set(texts)))
    place = {name: c for c, name in enumerate(names)}
    strange = next((text for text in texts if text not in place), None)
    if strange is not None:
        raise UserError(f"labels: {strange!r} is not one of the classes {', '.join(names)}")
    return np.array([place[text] for text in texts]), names


def _is_none(label: object) -> bool:
    return not isinstance(label, str) and str(label) in _NONE


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
    found = np.asarray(values)
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
    found = numbers(values, PROBABILITIES, records)
    if found.shape[1] != classes:
        raise UserError(f"{PROBABILITIES}: {found.shape[1]} columns for {classes} classes")
    sums = found.sum(axis=1)
    if found.min() < 0 or np.abs(sums - 1).max() > _SUM_TOLERANCE:
        raise UserError(f"{PROBABILITIES}: rows must not be negative and must sum to 1")
    return found / sums[:, None]
