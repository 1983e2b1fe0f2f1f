"""What figures are drawn from: runs, and their checkpoints' predictions of training records."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.from_config.finished import FinishedRun
from lanet_jax.trained.load import restore


@dataclasses.dataclass(frozen=True)
class Source:
    """A run that figures are drawn from.

    Attributes:
      label: its title in a figure.
      run: the run, with its records.
    """

    label: str
    run: FinishedRun


@dataclasses.dataclass(frozen=True)
class Look:
    """What a checkpoint says about some training records, without augmentation.

    Attributes:
      label: what the checkpoint is called in a figure.
      classes: class names, in the order of their indices.
      given: observed labels, which it was trained on.
      true: labels before the noise; None where it is not known which are wrong.
      probabilities: class probabilities; rows sum to 1.
      features: features of the expression backbone.
    """

    label: str
    classes: tuple[str, ...]
    given: Int[np.ndarray, " N"]
    true: Int[np.ndarray, " N"] | None
    probabilities: Float[np.ndarray, "N C"]
    features: Float[np.ndarray, "N D"]


def look(source: Source, step: str, label: str, records: int, seed: int) -> Look:
    """Passes a random part of the training records through a checkpoint.

    Args:
      source: run that the checkpoint belongs to.
      step: checkpoint: a number, "last" or "best".
      label: what the checkpoint is called in a figure.
      records: number of records; 0 for all. Runs on the same data get the same records.
      seed: seed of the choice of records.

    Returns:
      Its probabilities and features, with the records' labels.

    Raises:
      UserError: there is no such checkpoint, or it is incomplete.
    """
    data, reading = source.run.data, source.run.reading
    rows = sample(np.arange(len(data.train)), records, seed)
    trained = restore(source.run.folder.path, step, mesh_lib.make(reading.batch))
    probabilities, features = trained.predict_records(data.train.take(rows), reading)
    true = None if data.true is None else data.true[rows]
    return Look(label, data.train.classes, data.given[rows], true, probabilities, features)


def sample(
    rows: Sequence[int] | Int[np.ndarray, " N"], size: int, seed: int
) -> Int[np.ndarray, " M"]:
    """Draws some of the rows in a random order.

    Args:
      rows: rows to draw from.
      size: the most to draw; 0 for all.
      seed: seed of the draw; the same rows give the same draw.

    Returns:
      The drawn rows.
    """
    drawn = np.random.default_rng(seed).permutation(np.asarray(rows, np.int64))
    return drawn[: size or len(drawn)]
