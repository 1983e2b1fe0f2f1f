"""The tables that a run and its evaluations left in the work folder."""

import csv
import dataclasses
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax.errors import UserError
from lanet_jax.files import json_files
from lanet_jax.run.paths import RunFolder

_BIN = {"from", "to", "records", "confidence", "accuracy"}  # columns of `calibration.csv`


@dataclasses.dataclass(frozen=True)
class Evaluated:
    """What `lanet_jax.evaluate` wrote about a split.

    Attributes:
      split: name of its folder below `evaluation/`.
      classes: class names, in the order of their indices.
      confusion: counts; rows are labels, columns predictions.
      calibration: bins of the confidence, as in `calibration.csv`.
      numbers: content of `metrics.json`.
    """

    split: str
    classes: list[str]
    confusion: Int[np.ndarray, "C C"]
    calibration: list[dict[str, float]]
    numbers: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Distributions:
    """The label distributions that a run estimated for its training records.

    Attributes:
      given: observed labels, trained on.
      wrong: whether the observed label is wrong; None if the true labels are not known.
      targets: estimated distributions; rows sum to 1.
    """

    given: Int[np.ndarray, " N"]
    wrong: Bool[np.ndarray, " N"] | None
    targets: Float[np.ndarray, "N C"]


def evaluated(folder: Path) -> list[Evaluated]:
    """Reads the evaluated splits of a run, in the order of their names.

    Args:
      folder: work folder of the run.

    Returns:
      The evaluations.

    Raises:
      UserError: a file of an evaluation is damaged.
    """
    again = f"write it again with `lanet evaluate --workdir={folder}`"
    found = []
    for files in RunFolder(folder).evaluations():
        classes, counts = _confusion(files.confusion, again)
        bins, numbers = files.calibration, files.metrics
        calibration = _calibration(bins, again) if bins.exists() else []
        known = json_files.read(numbers, again) if numbers.exists() else {}
        found.append(Evaluated(files.path.name, classes, counts, calibration, known))
    return found


def _confusion(path: Path, again: str) -> tuple[list[str], Int[np.ndarray, "C C"]]:
    (_, *classes), *rows = table(path, again) or [[""]]
    try:
        counts = np.array([[int(count) for count in row[1:]] for row in rows], np.int64)
    except (ValueError, OverflowError):
        counts = np.zeros(0, np.int64)
    if not classes or counts.shape != (len(classes), len(classes)) or counts.min() < 0:
        raise UserError(f"{path} is not a confusion matrix of {len(classes)} classes: {again}")
    return classes, counts


def _calibration(path: Path, again: str) -> list[dict[str, float]]:
    header, *rows = table(path, again) or [[]]
    try:
        if not set(header) >= _BIN:
            raise ValueError(header)
        return [dict(zip(header, map(float, row), strict=True)) for row in rows]
    except ValueError:
        raise UserError(f"{path} holds no calibration: {again}") from None


def distributions(folder: Path, names: Sequence[str] | None = None) -> Distributions | None:
    """Reads the label distributions in `distributions.csv`; None if the run wrote none.

    Args:
      folder: work folder of the run.
      names: names of the records that it must be about, in order; None takes any.

    Returns:
      The distributions.

    Raises:
      UserError: they are about other records, or the file is damaged.
    """
    path = RunFolder(folder).distributions
    if not path.exists():
        return None
    again = "run the training command again, which rewrites the file"
    try:
        (_, _, _, _, *classes), *rows = table(path, again)
        given = np.array([classes.index(row[2]) for row in rows], np.int64)
        values = np.array([row[4:] for row in rows], np.float64).reshape(len(rows), len(classes))
    except (ValueError, IndexError):
        raise UserError(f"{path} is damaged: {again}") from None
    if names is not None and [row[1] for row in rows] != list(names):
        raise UserError(f"{path} is of other records than labels.csv beside it: {again}")
    wrong = np.array([row[2] != row[3] for row in rows], bool)
    known = bool(rows) and all(row[3] for row in rows)
    return Distributions(given, wrong if known else None, values)


def table(path: Path, again: str) -> list[list[str]]:
    """Reads the rows of a CSV file, its header first.

    Args:
      path: CSV file in UTF-8.
      again: end of the error: how to write the file again.

    Returns:
      The rows that have cells.

    Raises:
      UserError: it cannot be read.
    """
    try:
        return [row for row in csv.reader(io.StringIO(json_files.read_text(path, again))) if row]
    except csv.Error as error:
        raise UserError(f"{path} is not a table ({error}): {again}") from None
