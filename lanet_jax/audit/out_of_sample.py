"""Class probabilities from models that were not trained on the record they predict.

They come from a file, or from runs that each held out a part of the training set (`data.holdout`).
"""

import csv
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.errors import UserError
from lanet_jax.files import regular
from lanet_jax.files.npz import read_npz
from lanet_jax.from_config import starts
from lanet_jax.from_config.finished import open_run
from lanet_jax.input.records import Records
from lanet_jax.label_noise.array_checks import are_distributions
from lanet_jax.run.summary import HOLDOUT
from lanet_jax.trained.load import restore


def read(path: Path, names: Sequence[str], classes: Sequence[str]) -> Float[np.ndarray, "N C"]:
    """Reads probabilities from a file.

    Args:
      path: a CSV with the columns `name` and each class (such as `predictions.csv` of an
        evaluation), or an npz with `name` [M] and `probabilities` [M, C] in the classes' order.
      names: names of the training records.
      classes: class names, in the order of the result's columns.

    Returns:
      A row for each record; nan where the file has none.

    Raises:
      UserError: the file is of another kind, names a record twice, or names no training record.
    """
    try:
        found, values = _npz(path) if path.suffix == ".npz" else _csv(path, classes)
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise UserError(
            f"{path} holds no probabilities ({str(error)[:200]}): give a CSV with the columns "
            f"name and {', '.join(classes)}, or an npz with name and probabilities"
        ) from error
    if values.shape != (len(found), len(classes)):
        raise UserError(
            f"{path}: probabilities are {values.shape}, not {(len(found), len(classes))}: one row "
            "a name and one column a class"
        )
    if not are_distributions(values).all():
        raise UserError(f"{path}: rows of probabilities must not be negative and must sum to 1")
    row_of = {name: row for row, name in enumerate(names)}
    own = [i for i, name in enumerate(found) if name in row_of]
    if not own:
        raise UserError(f"{path} names no training record of the run: is it of another dataset?")
    twice = [name for name, count in Counter(found[i] for i in own).items() if count > 1]
    if twice:
        raise UserError(f"{path} names {twice[0]!r} twice: keep one row a record")
    result = np.full((len(names), len(classes)), np.nan)
    result[[row_of[found[i]] for i in own]] = values[own]
    return result


def predict(
    runs: Sequence[Path],
    names: Sequence[str],
    given: Int[np.ndarray, " N"],
    classes: Sequence[str],
    data_dir: str = "",
) -> Float[np.ndarray, "N C"]:
    """Lets each of several runs predict the records that it held out.

    Args:
      runs: work folders of finished runs with `data.holdout`, on the same labels.
      names: names of the training records of the audited run.
      given: observed label of each record, an index into the classes.
      classes: classes of the audited run.
      data_dir: where the data lies; empty for where each run had it.

    Returns:
      A row for each record: the mean over the runs that held it, and all copies of it, out; nan
      where none did.

    Raises:
      UserError: a run held nothing out, or was trained on other labels or classes.
    """
    row_of = {name: row for row, name in enumerate(names)}
    total = np.zeros((len(names), len(classes)))
    count = np.zeros((len(names), 1))
    for run in runs:
        opened = open_run(run, data_dir)
        kept = opened.data.evaluate.get(HOLDOUT)
        if kept is None:
            raise UserError(f"{run} held nothing out: train it with --config.data.holdout=0.2")
        if kept.classes != tuple(classes):
            raise UserError(f"{run} has other classes than the audited run: {kept.classes}")
        own = np.array([i for i, name in enumerate(kept.names) if name in row_of], int)
        if not len(own):
            raise UserError(
                f"{run} held out no record that the audited run trained on, such as "
                f"{names[0]!r}; it has {kept.names[0]!r}: name runs of the same data"
            )
        rows = np.array([row_of[kept.names[i]] for i in own], int)
        if np.any(kept.labels[own] != given[rows]):
            raise UserError(
                f"{run} was trained on other labels than the audited run: use the same noise"
            )
        if told := starts.knowledge(opened.config):
            print(f"note: {run}: {told}", file=sys.stderr)
        asked = kept.take(own)
        trained = restore(run, "last", mesh_lib.make(opened.reading.batch))
        probabilities = trained.classify_records(asked, opened.reading)
        fresh = ~_known(asked, opened.data.train)
        total[rows[fresh]] += probabilities[fresh]
        count[rows[fresh]] += 1
        if not fresh.all():
            print(
                f"note: {np.sum(~fresh):,} of the {len(fresh):,} records that {run} held out are "
                "copies of images that it was trained on; it is not asked about these",
                file=sys.stderr,
            )
    return np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0)


def _known(held: Records, train: Records) -> Bool[np.ndarray, " M"]:
    """Which held-out records have an image, byte for byte, that the run was trained on."""
    if held.digests is None or train.digests is None:
        return np.zeros(len(held), bool)
    seen = {digest.tobytes() for digest in train.digests}
    return np.array([digest.tobytes() in seen for digest in held.digests], bool)


def _npz(path: Path) -> tuple[list[str], Float[np.ndarray, "M C"]]:
    arrays = read_npz(path)
    names, values = arrays["name"], arrays["probabilities"]
    if names.ndim != 1 or names.dtype.kind != "U" or values.dtype.kind not in "biuf":
        raise ValueError(f"its name is {names.dtype} {names.shape}, its numbers {values.dtype}")
    return names.tolist(), values.astype(float)


def _csv(path: Path, classes: Sequence[str]) -> tuple[list[str], Float[np.ndarray, "M C"]]:
    regular.check(path)
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    values = [[float(row[name] or "nan") for name in classes] for row in rows]
    return [row["name"] for row in rows], np.array(values, float).reshape(-1, len(classes))
