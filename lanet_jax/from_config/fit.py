"""Chooses fields by the data: those that `configs/folder.py:small` leaves open."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int

from lanet_jax.command_line.words import counted
from lanet_jax.files.home import expanded
from lanet_jax.from_config import combinations, fields, starts
from lanet_jax.from_config.config import Config
from lanet_jax.from_config.splits import splits
from lanet_jax.input import mixture, prepared
from lanet_jax.input.records import Records
from lanet_jax.models.backbones import FAMILIES

# An epoch should have several batches.
_BATCHES = ((2_000, 128), (500, 64), (120, 32), (0, 16))  # least number of records, batch
_MOST_QUEUED = 8192
# Neighbours: at most those of the preset `robust`; of few records fewer, or a class has not enough.
_NEIGHBORS, _RECORDS_A_NEIGHBOR = (8, 32), 8
_TIGHT, _SMALL_CROP, _CROP = 64, 48, 96  # px
_STORED = 8 / 7  # of the crop's side
_LOOKED_AT = 16  # images, to see their size
_HOLDOUT = 0.2  # share held out where the data has no test split
_WIDTH, _EPOCHS, _LEARNING_RATE = 32, 80, 1e-3  # of a network trained from scratch


def fit(c: Config, workdir: Path) -> tuple[Config, str]:
    """Chooses the network, batch size, queue, crop and evaluation split by the data.

    Args:
      c: resolved config; only fields that are open change.
      workdir: of the run, which when resumed keeps the weights that it began with.

    Returns:
      The config that the run follows and stores, and what was chosen, in one line; "" if nothing.

    Raises:
      UserError: the training data is not there.
    """
    if not combinations.is_open(c):
        return c, ""
    c = c.copy_and_resolve_references()
    opened = splits(c.data.dir, c.data.train, [c.data.train_split] * len(c.data.train))
    train = mixture.concatenate(opened)
    if not _has_test(c):
        c.data.test, c.data.test_split = (), ()
        c.data.holdout = c.data.holdout or _HOLDOUT
    count = min(c.data.limit or len(train), len(train))
    count -= round(c.data.holdout * count)
    left = not c.augment.size
    told = [
        counted(count, "record"),
        *_network(c, workdir),
        *_batch(c, count),
        *_neighbors(c, count),
        *_crop(c, train, left),
    ]
    if not c.optim.epochs:
        c.optim.epochs = _EPOCHS
    if not c.optim.learning_rate:
        c.optim.learning_rate = _LEARNING_RATE
    told.append(counted(c.optim.epochs, "epoch"))
    if not c.data.test:
        told.append(f"no test split: {c.data.holdout:.0%} held out to evaluate on")
    return c, f"chosen from the data: {', '.join(told)}"


def _batch(c: Config, count: int) -> list[str]:
    told = []
    if not c.optim.batch_size:
        batch = next(batch for least, batch in _BATCHES if count >= least)
        c.optim.batch_size = max(2, min(batch, count))  # of fewer records than a batch, all
        told.append(f"batch {c.optim.batch_size}")
    if not c.el.queue_size:
        c.el.queue_size = _whole_batches(c, min(count, _MOST_QUEUED))
        if c.method == "lanet" and c.el.enabled:
            told.append(f"queue {c.el.queue_size}")
    return told


def _neighbors(c: Config, count: int) -> list[str]:
    """Chooses the number of neighbours, and makes the memory one of whole batches."""
    least, most = _NEIGHBORS
    some = min(max(count // _RECORDS_A_NEIGHBOR, least), most)
    c.lde.neighbors = c.lde.neighbors or max(1, min(some, count - 1))
    if c.lde.memory:
        c.lde.memory = _whole_batches(c, c.lde.memory)
    if c.method != "lanet" or c.lde.spaces == "none":
        return []
    among = f" among those of {c.lde.memory} visits" if c.lde.memory else ""
    return [counted(c.lde.neighbors, "neighbour") + among]


def _whole_batches(c: Config, entries: int) -> int:
    return max(1, entries // c.optim.batch_size) * c.optim.batch_size


def _network(c: Config, workdir: Path) -> list[str]:
    """Chooses the network of the weights to start from; without any, one trained from scratch."""
    m, usual = c.model, fields.get_config()
    asked = _asked({**usual.model, **combinations.OF_PRESETS}, m)
    start = None if m.width else starts.find(c, workdir)
    if start and not (
        asked.keys() <= start.model.keys()
        and {**start.model, **asked}["family"] == start.model["family"]
    ):
        start = None
    if m.frozen_stages >= 0:
        asked["frozen_stages"] = m.frozen_stages
    if not start:
        m.frozen_stages = asked.get("frozen_stages", 0)
        if m.width:
            return []
        m.width = _WIDTH
        return [f"width {_WIDTH}"]
    m.update({**start.model, **asked})
    for field in ("mean", "std"):
        if c.augment[field] == usual.augment[field]:
            c.augment[field] = getattr(start, field)
    c.augment.size = c.augment.size or start.size
    c.optim.epochs = c.optim.epochs or start.epochs
    c.optim.learning_rate = c.optim.learning_rate or start.learning_rate
    frozen = f", {counted(m.frozen_stages, 'stage')} frozen" if m.frozen_stages else ""
    return [f"weights {Path(m.pretrained).name}{frozen}"]


def _asked(usual: Mapping[str, Any], model: Config) -> dict[str, Any]:
    """The fields of the network that differ from the usual ones: a choice, which is kept."""
    names = ("family", *(name for family in FAMILIES.values() for name in family.choices))
    return {name: model[name] for name in names if model[name] != usual[name]}


def _crop(c: Config, train: Records, left: bool) -> list[str]:
    sides = _sides(train)
    tight = np.median(sides.min(axis=1)) <= _TIGHT
    c.augment.size = c.augment.size or (_SMALL_CROP if tight else _CROP)
    if not c.data.stored_size and (left or len(np.unique(sides, axis=0)) > 1):
        # Tight faces are not enlarged in memory, nor made smaller than the network sees them.
        own = min(c.augment.size, max(_SMALL_CROP, int(sides.max())))
        c.data.stored_size = own if tight else round(c.augment.size * _STORED)
    return [f"crops of {c.augment.size} px"] if left else []


def _has_test(c: Config) -> bool:
    for name, split in zip(c.data.test, c.data.test_split, strict=False):
        folder = prepared.newest_version(expanded(c.data.dir), name)
        if split not in prepared.open_builder(folder)[0].info.splits:
            return False
    return bool(c.data.test)


def _sides(train: Records) -> Int[np.ndarray, "n 2"]:
    """Height and width of some images, in pixels."""
    rows = np.unique(np.linspace(0, len(train) - 1, min(_LOOKED_AT, len(train))).astype(int))
    return np.array([train.read(int(row), 0)[0].shape[:2] for row in rows])
