"""What the figures are drawn from: runs, and what their checkpoints say of training records."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.from_config.finished import FinishedRun
from lanet_jax.trained.inference import predict_records
from lanet_jax.trained.load import restore


@dataclasses.dataclass(frozen=True)
class Source:
    """A run that figures are drawn from.

    Attributes:
      label: what it is called in a figure.
      run: it, with its records.
    """

    label: str
    run: FinishedRun


@dataclasses.dataclass(frozen=True)
class Look:
    """What a checkpoint says of some training records, without augmentation.

    Attributes:
      label: what the checkpoint is called in a figure.
      classes: C names.
      given: labels trained on.
      true: labels before the noise; None where nobody knows which are wrong.
      probabilities: of the classes.
      features: of the expression backbone.
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
      source: the run.
      step: of the checkpoint: a number, "last" or "best".
      label: what the checkpoint is called in a figure.
      records: how many; 0 for all. Runs on the same data get the same ones.
      seed: draws them.

    Returns:
      What it says.

    Raises:
      UserError: there is no such checkpoint, or it is not whole.
    """
    data, reading = source.run.data, source.run.reading
    rows = sample(np.arange(len(data.train)), records, seed)
    mesh = mesh_lib.make(reading.batch)
    trained = restore(source.run.folder.path, step, mesh)
    probabilities, features = predict_records(
        trained.predict,
        trained.params,
        trained.model_state,
        data.train.take(rows),
        mesh=mesh,
        reading=reading,
    )
    true = None if data.true is None else data.true[rows]
    return Look(label, data.train.classes, data.given[rows], true, probabilities, features)


def sample(
    rows: Sequence[int] | Int[np.ndarray, " N"], size: int, seed: int
) -> Int[np.ndarray, " M"]:
    """Some of the rows, drawn by a seed, in a random order.

    Args:
      rows: to draw from.
      size: at most so many; 0 for all.
      seed: draws the same from the same rows.

    Returns:
      The drawn ones.
    """
    drawn = np.random.default_rng(seed).permutation(np.asarray(rows, np.int64))
    return drawn[: size or len(drawn)]
