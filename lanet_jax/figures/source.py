"""What the figures are drawn from: runs, and what their checkpoints say of training records."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.from_config import data as build_data
from lanet_jax.from_config.config import Config
from lanet_jax.from_config.data import Data
from lanet_jax.run import folder as run_folder
from lanet_jax.trained.inference import predict_records
from lanet_jax.trained.load import restore


@dataclasses.dataclass(frozen=True)
class Source:
    """A run with its records.

    Attributes:
      folder: its work folder.
      label: what it is called in a figure.
      config: what it was made from.
      data: its records and labels.
    """

    folder: Path
    label: str
    config: Config
    data: Data


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
    given: Int[np.ndarray, "N"]
    true: Int[np.ndarray, "N"] | None
    probabilities: Float[np.ndarray, "N C"]
    features: Float[np.ndarray, "N D"]


def open_run(folder: Path, label: str, data_dir: str = "") -> Source:
    """Opens a run and its data.

    Args:
      folder: its work folder.
      label: what it is called in a figure.
      data_dir: where its data lies now; empty for where it lay.

    Returns:
      The run.

    Raises:
      UserError: there is no run, or its data is not there.
    """
    config = run_folder.load_config(folder)
    if data_dir:
        config.data.dir = data_dir
    return Source(folder, label, config, build_data.data(config, folder))


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
    config, data = source.config, source.data
    rows = sample(np.arange(len(data.train)), records, seed)
    mesh = mesh_lib.make(config.optim.batch_size)
    trained = restore(source.folder, step, mesh)
    probabilities, features = predict_records(
        trained.predict,
        trained.params,
        trained.model_state,
        data.train.take(rows),
        mesh=mesh,
        batch=config.optim.batch_size,
        stored_size=config.data.stored_size,
        threads=config.data.threads,
    )
    true = None if data.true is None else data.true[rows]
    return Look(label, data.train.classes, data.given[rows], true, probabilities, features)


def sample(rows: Sequence[int], size: int, seed: int) -> Int[np.ndarray, "M"]:
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
