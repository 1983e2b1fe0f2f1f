"""From the config to records and labels."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import jax
import numpy as np
from jaxtyping import Int

from lanet_jax.build.config import Config
from lanet_jax.errors import UserError
from lanet_jax.input import noise, noise_file, records
from lanet_jax.input.records import Records

HOLDOUT = "holdout"


@dataclasses.dataclass(frozen=True)
class Data:
    """The records of a run and their labels.

    Attributes:
      train: training records.
      given: labels that training sees.
      true: labels before the noise; None where nobody knows which labels are wrong.
      evaluate: records (with the labels to compare with) by name; "holdout" has given labels.
    """

    train: Records
    given: Int[np.ndarray, "N"]
    true: Int[np.ndarray, "N"] | None
    evaluate: dict[str, Records]

    @property
    def wrong(self) -> Int[np.ndarray, "M"]:
        """Rows of the training records whose label is known to be wrong."""
        known = self.given if self.true is None else self.true
        return np.flatnonzero(self.given != known)


def data(c: Config, workdir: Path) -> Data:
    """Opens the datasets and reads or draws the labels.

    Args:
      c: resolved config.
      workdir: `labels.csv` there, once written, is what counts.

    Returns:
      The data of the run.

    Raises:
      UserError: a dataset, split or label file is missing or does not fit.
    """
    train = splits(c.data.dir, c.data.train, c.data.train_split)
    train = records.concatenate(list(train.values()))
    tests = splits(c.data.dir, c.data.test, c.data.test_split)
    for name, test in tests.items():
        if test.classes != train.classes:
            raise UserError(
                f"data.test {name} has classes {', '.join(test.classes)}, data.train has "
                f"{', '.join(train.classes)}: prepare both with the same --classes"
            )
    order = np.random.default_rng((c.seed, 2)).permutation(len(train))
    if c.data.limit:
        order = order[: c.data.limit]
    train = train.take(np.sort(order))
    given, true = labels(c, train, workdir)
    held = round(c.data.holdout * len(train))
    if held:
        chosen = np.random.default_rng((c.seed, 3)).permutation(len(train))
        out, rows = np.sort(chosen[:held]), np.sort(chosen[held:])
        tests[HOLDOUT] = dataclasses.replace(train.take(out), labels=given[out])
        train, given = train.take(rows), given[rows]
        true = None if true is None else true[rows]
    return Data(train, given, true, tests)


def splits(data_dir: str, datasets: Sequence[str], split: str) -> dict[str, Records]:
    """Opens one split of each dataset; with several, all names carry the dataset's.

    Args:
      data_dir: where the datasets lie.
      datasets: prepared datasets.
      split: of each.

    Returns:
      Records by "SPLIT", or by "SPLIT-DATASET" if there are several.

    Raises:
      UserError: a dataset or split is missing.
    """
    if len(datasets) == 1:
        return {split: records.load(data_dir, datasets[0], split)}
    named = {}
    for dataset in datasets:
        part = records.load(data_dir, dataset, split)
        names = tuple(f"{dataset}/{name}" for name in part.names)
        named[f"{split}-{dataset.replace('/', '-')}"] = dataclasses.replace(part, names=names)
    return named


def labels(
    c: Config, train: Records, workdir: Path
) -> tuple[Int[np.ndarray, "N"], Int[np.ndarray, "N"] | None]:
    """Given and true labels: those of `labels.csv` if the run has one, else drawn and written.

    Args:
      c: resolved config.
      train: training records, the held-out ones too.
      workdir: of the run.

    Returns:
      Given labels, and the true ones where the noise is our own.
    """
    path = workdir / "labels.csv"
    n, classes = c.noise, train.classes
    true = train.labels if n.kind in ("symmetric", "asymmetric") else None
    if path.exists():
        return noise_file.read(path, train.names, classes, train.labels), true
    if n.kind == "symmetric":
        given = noise.symmetric(train.labels, len(classes), n.rate, n.seed, n.exact)
    elif n.kind == "asymmetric":
        given = noise.asymmetric(train.labels, classes, n.rate, n.seed, n.exact)
    elif n.kind == "file":
        given = noise_file.read(n.file, train.names, classes, train.labels)
    else:
        given = train.labels
    if jax.process_index() == 0:
        noise_file.write(path, train.names, given, true, classes)
    return given, true
