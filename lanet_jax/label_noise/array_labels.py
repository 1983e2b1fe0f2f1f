"""Reads the labels that a user hands to the audit, and the names of their classes."""

import math
import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int

from lanet_jax.errors import UserError
from lanet_jax.label_noise.array_checks import PROBABILITIES, array, is_none

_WHOLE = re.compile(r"-?\d+(\.0*)?")  # what a table makes of a column that is called by a number


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
    shape = () if probabilities is None else array(probabilities, PROBABILITIES).shape
    if shape[1:] == (1,):  # a sigmoid's
        raise UserError(f"{PROBABILITIES}: of one class only; give np.hstack([1 - p, p])")
    named, values = _names(classes, probabilities)
    found = _one_each(given)
    if found.dtype.kind in "iu" and not values:
        columns = shape[1] if len(shape) == 2 else 0
        if named or columns:
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
        named = tuple(map(str, np.unique(found)))
    texts = [str(label) for label in found]
    if not named and probabilities is not None:
        raise UserError("classes: name them in the order of the columns of probabilities")
    names = named or tuple(sorted(set(texts)))
    seen: dict[str, str] = {}
    for name in map(str, names):
        other = seen.setdefault(unicodedata.normalize("NFC", name).strip(), name)
        if other != name:
            raise UserError(f"labels: the classes {other!r} and {name!r} look the same: merge them")
    meant = values if found.dtype.kind in "iu" and values else names
    place = {str(name): c for c, name in enumerate(meant)}
    strange = next((i for i, text in enumerate(texts) if text not in place), None)
    if strange is not None:
        raise UserError(f"labels: {texts[strange]!r} is not one of the classes {', '.join(names)}")
    # An array of texts turns what is not there into a word.
    none = next((i for i, text in enumerate(texts) if is_none(text) and text not in named), None)
    if none is not None:
        raise UserError(
            f"labels: record {none} is {texts[none]!r}, as if it had none: leave it out, or name "
            "that class in classes"
        )
    return np.array([place[text] for text in texts], int), names


def _one_each(given: Any) -> Int[np.ndarray, " N"] | np.ndarray:
    """One number or one name a record."""
    found = array(given, "labels")
    if found.ndim == 2 and (found.shape[1] == 1 or found.dtype.kind in "buif"):
        x = "x.to_numpy()" if hasattr(given, "to_numpy") else "x"  # data frames have no such ways
        way = "ravel()" if found.shape[1] == 1 else "argmax(axis=1), if it has one column per class"
        raise UserError(
            f"labels: {list(found.shape)}, but one per record was expected: give {x}.{way}"
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
    if found.dtype.kind == "O" and any(isinstance(label, bytes) for label in found):
        return np.array([os.fsdecode(x) if isinstance(x, bytes) else str(x) for x in found])
    if found.dtype.kind == "O" and all(isinstance(label, int | np.integer) for label in found):
        return found.astype(int)  # of pandas' Int64
    if found.dtype.kind == "f" and not np.all(np.isfinite(found) & (found == np.floor(found))):
        part = next(x for x in found.tolist() if not math.isfinite(x) or x != math.floor(x))
        raise UserError(
            f"labels: one name or one number from 0 a record was expected, found {part}"
        )
    return found.astype(int) if found.dtype.kind in "bf" else found


def _is_none(label: object) -> bool:
    return label in ("", b"") if isinstance(label, str | bytes) else is_none(str(label))


def _names(
    classes: Sequence[str] | None, probabilities: Any
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Class names, as given or as a data frame names its columns, and the numbers that they are."""
    if isinstance(classes, str | bytes | Mapping | set | frozenset):
        kind = type(classes).__name__
        raise UserError(f"classes: a list of names was expected, not {kind}: name them in order")
    own = tuple(() if classes is None else classes)
    columns = tuple(getattr(probabilities, "columns", ()))
    if columns == tuple(range(len(columns))):  # as pandas numbers columns that have no names
        columns = ()
    if any(isinstance(name, tuple) for name in columns):
        raise UserError("probabilities: columns in several levels: name each by its class alone")
    for what, found in (("classes", own), ("probabilities", columns)):
        if len(set(map(str, found))) < len(found):
            raise UserError(f"{what}: a name occurs twice; name each class once")
    if own and columns and tuple(map(str, own)) != tuple(map(str, columns)):
        raise UserError(
            f"classes: {', '.join(map(str, own))}, but the columns of probabilities are "
            f"{', '.join(map(str, columns))}: give x[list(classes)], or x.to_numpy() if they are "
            "in order"
        )
    names = own or columns
    numbers = all(isinstance(name, int | np.integer | np.bool) for name in names)
    if columns and all(_WHOLE.fullmatch(str(name)) for name in columns):
        names, numbers = tuple(str(name).partition(".")[0] for name in columns), True
    return tuple(map(str, names)), tuple(map(int, names)) if numbers else ()
