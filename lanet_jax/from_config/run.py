"""Builds a run from its config."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
import optax
from jaxtyping import Float

from lanet_jax.command_line.words import counted
from lanet_jax.errors import UserError
from lanet_jax.from_config import training
from lanet_jax.from_config.config import Config
from lanet_jax.from_config.data import Data, data, reading
from lanet_jax.input import votes
from lanet_jax.input.pipeline import Visits, read_ahead
from lanet_jax.input.reading import Reading
from lanet_jax.input.records import Records, looks_grey
from lanet_jax.methods.method import Example, Method
from lanet_jax.models import backbones
from lanet_jax.typing import Augment


@dataclasses.dataclass(frozen=True)
class Run:
    """Everything that training needs; nothing here reads the config.

    Attributes:
      method: method whose networks and losses are trained.
      optimizer: turns gradients into updates.
      augment: training augmentation.
      preprocess: preparation of images for evaluation, uint8 to normalised.
      example: the shapes and values that initialise the method.
      data: records and labels.
      visits: the training records that this host reads, in order.
      reading: how records are read, by training and evaluation.
      seed: seed of parameters and augmentation.
      steps_per_epoch: whole batches in an epoch.
      steps: number of steps of the whole run.
      log_every: steps between two rows of training metrics.
      checkpoint_every: steps between two checkpoints.
      keep: checkpoints kept.
      profile_start: first profiled step.
      profile_steps: number of profiled steps.
      card: the card of its checkpoints.
    """

    method: Method
    optimizer: optax.GradientTransformation
    augment: Augment
    preprocess: Callable[[jax.Array], jax.Array]
    example: Example
    data: Data
    visits: Visits
    reading: Reading
    seed: int
    steps_per_epoch: int
    steps: int
    log_every: int
    checkpoint_every: int
    keep: int
    profile_start: int
    profile_steps: int
    card: dict[str, Any]


def run(c: Config, workdir: Path, resumed: bool = False) -> Run:
    """Builds a run.

    Args:
      c: resolved config.
      workdir: work folder of the run; `labels.csv` is written there if it is not yet.
      resumed: whether it resumes from a checkpoint; pretrained weights are then not read again.

    Returns:
      The run.

    Raises:
      UserError: the config does not fit the data.
    """
    d = data(c, workdir)
    batch = c.optim.batch_size
    steps_per_epoch = len(d.train) // batch
    classes = len(d.train.classes)
    shares = np.bincount(d.given, minlength=classes) / len(d.given)
    prefers = c.sampler != "uniform"
    method = training.method(c, classes, d.landmarks, tuple(shares.tolist()) if prefers else ())
    return Run(
        method=method,
        optimizer=training.optimizer(c, steps_per_epoch),
        augment=training.augmentation(c, d.train.flip_index, framed=d.framed is not None),
        preprocess=training.preprocessing(c),
        example=training.example(c, d, resumed),
        data=d,
        visits=Visits(
            d.train,
            d.given,
            batch=batch,
            epochs=c.optim.epochs,
            seed=c.seed,
            kind=c.sampler,
            host=jax.process_index(),
            hosts=jax.process_count(),
            size=c.data.stored_size,
            ahead=read_ahead(c.data.threads),
            shapes=d.framed.shapes if d.framed else None,
            votes=_votes(c, d.train),
        ),
        reading=reading(c),
        seed=c.seed,
        steps_per_epoch=steps_per_epoch,
        steps=c.optim.epochs * steps_per_epoch,
        log_every=c.train.log_every,
        checkpoint_every=c.train.checkpoint_every or steps_per_epoch,
        keep=c.train.keep,
        profile_start=c.profile.start,
        profile_steps=c.profile.steps,
        card=card(c, d.train.classes, looks_grey(d.train)),
    )


def _votes(c: Config, train: Records) -> Float[np.ndarray, "N C"] | None:
    """The votes to train on; None if labels are trained on."""
    if c.ce.targets == "labels":
        return None
    shares: np.ndarray = votes.of_records(train)  # type: ignore[assignment]  # `before_reading` asks for them
    if without := [train.names[row] for row in np.flatnonzero(np.isnan(shares).any(axis=1))]:
        raise UserError(
            f"--config.ce.targets=votes: {counted(len(without), 'record')} without a vote for a "
            f"class, such as {without[0]}; prepare the data without such records"
        )
    return shares


def card(c: Config, classes: tuple[str, ...], grey: bool = False) -> dict[str, Any]:
    """Makes the card of a checkpoint: what must be known to use its weights.

    Args:
      c: resolved config.
      classes: class names, in the order of the probabilities.
      grey: whether the training images have no colours.

    Returns:
      The card, see `lanet_jax.checkpoint.metadata`.
    """
    return {
        "classes": list(classes),
        "size": c.augment.size,
        "mean": list(c.augment.mean),
        "std": list(c.augment.std),
        "resample": c.augment.resample,
        **backbones.description(c.model),
        "frozen_stages": c.model.frozen_stages,
        "method": c.method,
        "precision": c.precision,
        "grey": grey,
    }
