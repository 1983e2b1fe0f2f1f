"""From the config to records and labels."""

import dataclasses
import sys
from pathlib import Path

import jax
import numpy as np
from jaxtyping import Bool, Float, Int

from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded
from lanet_jax.from_config.config import Config
from lanet_jax.from_config.landmark_targets import Framed, framed
from lanet_jax.from_config.splits import splits, told_apart
from lanet_jax.input import fingerprint, mixture, noise, noise_file, records_table
from lanet_jax.input.reading import Reading
from lanet_jax.input.records import Records
from lanet_jax.input.streams import Purpose, stream, stream_before
from lanet_jax.run import folder as run_folder
from lanet_jax.run import inputs
from lanet_jax.run.paths import RunFolder
from lanet_jax.run.summary import HOLDOUT

_TRUTH_KNOWN = (
    "if these changes are injected noise and the dataset's own labels are the truth, "
    "--config.noise.truth_known=True measures how wrong labels fare"
)


@dataclasses.dataclass(frozen=True)
class Data:
    """The records of a run and their labels.

    Attributes:
      train: training records.
      given: observed labels, which training sees.
      true: labels before the noise; None where it is not known which labels are wrong.
      evaluate: records to evaluate on, by split; "holdout" has observed labels.
      framed: the training records' landmarks in the face's frame; None for those of the image.
      fingerprints: fingerprints of the whole prepared splits, by the config field that names them.
    """

    train: Records
    given: Int[np.ndarray, " N"]
    true: Int[np.ndarray, " N"] | None
    evaluate: dict[str, Records]
    framed: Framed | None = None
    fingerprints: dict[str, fingerprint.Fingerprint] = dataclasses.field(default_factory=dict)

    @property
    def landmarks(self) -> int:
        """The number of landmarks that training sees, L."""
        return self.framed.shapes.points.shape[1] if self.framed else self.train.landmarks

    @property
    def marks(self) -> tuple[Float[np.ndarray, "N L 2"], Bool[np.ndarray, "N L"]] | None:
        """The landmarks that training sees, and which are known; None if the data has none."""
        if self.framed:
            return self.framed.shapes.points, self.framed.shapes.known
        own = self.train.marks
        return None if own is None else (own.points, own.present)

    @property
    def wrong(self) -> Int[np.ndarray, " M"]:
        """Rows of the training records whose label is known to be wrong."""
        known = self.given if self.true is None else self.true
        return np.flatnonzero(self.given != known)


def data(c: Config, workdir: Path, need_tests: bool = True) -> Data:
    """Opens the datasets and reads or draws the labels.

    Args:
      c: resolved config.
      workdir: work folder of the run; once `labels.csv` is written there it counts, and the label
        file is not read.
      need_tests: whether the test sets must be there; otherwise missing ones are left out.

    Returns:
      The data of the run.

    Raises:
      UserError: a dataset, split or label file is missing or does not fit, or the data are not
        those that the run was begun with.
    """
    parts = splits(c.data.dir, c.data.train, [c.data.train_split] * len(c.data.train))
    train = mixture.concatenate(parts)
    evaluate = _tests(c, need_tests)
    whole = {"data.train": train} | {f"data.test {name}": of for name, of in evaluate.items()}
    mixture.check_classes(whole)
    fingerprints = {name: fingerprint.of(of) for name, of in whole.items()}
    inputs.check(workdir, fingerprints, whole=need_tests)
    if c.noise.kind == "file" and not RunFolder(workdir).labels.exists():
        elsewhere = {name for test in evaluate.values() for name in test.names} | _other_splits(c)
        tell = print if jax.process_index() == 0 else lambda _: None
        file = str(expanded(c.noise.file))
        advice = "" if c.noise.truth_known else _TRUTH_KNOWN
        own = noise_file.read(
            file, train.names, train.classes, train.labels, elsewhere, tell, advice
        )
    else:
        own = train.labels
    rows = _part(c, Purpose.LIMIT, len(train), c.data.limit or len(train))
    train, own = train.take(rows), own[rows]
    given, true = labels(c, train, own, workdir)
    out = held_out_rows(c, len(train))
    if len(out):
        rows = np.setdiff1d(np.arange(len(train)), out)
        evaluate[HOLDOUT] = dataclasses.replace(train.take(out), labels=given[out])
        train, given = train.take(rows), given[rows]
        true = None if true is None else true[rows]
    return Data(train, given, true, evaluate, framed(c, train), fingerprints)


def held_out(c: Config, records: int) -> int:
    """How many records a run holds out.

    Args:
      c: resolved config.
      records: those of its training data.

    Returns:
      Their number; of the last fold they may be fewer.

    Raises:
      UserError: the share of them is none or all, or there is no such fold.
    """
    share, fold = c.data.holdout, c.data.fold
    held = round(share * records)
    if share and not 0 < held < records:
        raise UserError(
            f"--config.data.holdout={share:g} holds out {held} of {records} training records: "
            "take a share that leaves some on both sides"
        )
    if held and fold * held >= records:
        raise UserError(
            f"--config.data.fold={fold}: data.holdout={share} makes {-(-records // held)} parts, "
            "numbered from 0"
        )
    return held


def held_out_rows(c: Config, records: int) -> Int[np.ndarray, " H"]:
    """Which of the records in `labels.csv` a run holds out; see `held_out`."""
    held = held_out(c, records)
    if not held:
        return np.zeros(0, int)
    return _part(c, Purpose.HOLDOUT, records, held, c.data.fold)


def _tests(c: Config, needed: bool) -> dict[str, Records]:
    try:
        opened = splits(c.data.dir, c.data.test, c.data.test_split)
    except UserError as error:
        if needed:
            raise
        print(f"note: left out, as the test data cannot be opened: {error}", file=sys.stderr)
        return {}
    return told_apart(opened, c.data.test, c.data.test_split)


def _other_splits(c: Config) -> set[str]:
    """Names, as `splits` gives them, of all records of the training datasets' other splits."""
    several = len(c.data.train) > 1
    return {
        f"{dataset}/{name}" if several else name
        for dataset in c.data.train
        for name in records_table.names_elsewhere(c.data.dir, dataset, c.data.train_split)
    }


def _part(
    c: Config, purpose: Purpose, records: int, size: int, part: int = 0
) -> Int[np.ndarray, " M"]:
    """Rows of one part of a random partition, in order."""
    bits = stream(purpose, c.seed) if c.data.streams == 2 else stream_before(c.seed)
    order = np.argsort(bits.random_raw(records), kind="stable")
    return np.sort(order[part * size : (part + 1) * size])


def reading(c: Config) -> Reading:
    """How a run reads its records."""
    return Reading(c.optim.batch_size, c.data.stored_size, c.data.threads)


def reading_back(c: Config) -> Reading:
    """How a command reads a finished run's records: in batches that the present devices share."""
    batch = mesh_lib.shared(c.optim.batch_size)
    return dataclasses.replace(reading(c), batch=batch)


def labels(
    c: Config, train: Records, own: Int[np.ndarray, " N"], workdir: Path
) -> tuple[Int[np.ndarray, " N"], Int[np.ndarray, " N"] | None]:
    """Observed and true labels: those of `labels.csv` if the run has one, else drawn and written.

    Args:
      c: resolved config.
      train: training records, including the held-out ones.
      own: their labels before noise is drawn: the dataset's, or those of the label file.
      workdir: work folder of the run.

    Returns:
      Observed labels, and the true ones where it is known which are wrong.

    Raises:
      UserError: `labels.csv` was changed since the run began.
    """
    path = RunFolder(workdir).labels
    n, classes = c.noise, train.classes
    injected = n.kind in ("symmetric", "asymmetric") or (n.kind == "file" and n.truth_known)
    true = train.labels if injected else None
    if path.exists():
        run_folder.check_labels(workdir)  # first, as a changed file may not be readable as labels
        return noise_file.restore(path, train.names, classes, train.labels), true
    given = own
    if n.kind == "symmetric":
        given = noise.symmetric(own, len(classes), n.rate, n.seed, n.exact)
    elif n.kind == "asymmetric":
        given = noise.asymmetric(own, classes, n.rate, n.seed, n.exact)
    if jax.process_index() == 0:
        noise_file.write(path, train.names, given, true, classes)
    return given, true
