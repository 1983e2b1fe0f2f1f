"""Chooses fields by the data: those that `configs/folder.py:small` leaves at 0."""

from pathlib import Path

import numpy as np

from lanet_jax.from_config.config import Config
from lanet_jax.from_config.data import splits
from lanet_jax.input import mixture, prepared
from lanet_jax.input.records import Records

# An epoch should have several batches, and a batch more than the K neighbours of each face.
_BATCHES = ((2_000, 128), (500, 64), (120, 32), (0, 16))  # least number of records, batch
_MOST_QUEUED = 8192
_TIGHT, _SMALL_CROP, _CROP = 64, 48, 96  # px
_LOOKED_AT = 16  # images, to see their size
_HOLDOUT = 0.2  # share held out where the data has no test split


def fit(c: Config) -> tuple[Config, str]:
    """Chooses batch size, queue, crop and evaluation split by the data.

    Args:
      c: resolved config; only fields that are 0 change.

    Returns:
      The config that the run follows and stores, and what was chosen, in one line; "" if nothing.

    Raises:
      UserError: the training data is not there.
    """
    if c.optim.batch_size and c.el.queue_size and c.augment.size:
        return c, ""
    c = c.copy_and_resolve_references()
    opened = splits(c.data.dir, c.data.train, [c.data.train_split] * len(c.data.train))
    train = mixture.concatenate(list(opened.values()))
    if not c.data.holdout and not _has_test(c):
        c.data.test, c.data.test_split, c.data.holdout = (), (), _HOLDOUT
    count = c.data.limit or len(train)
    count -= round(c.data.holdout * count)
    told = [f"{count} records"]
    if not c.optim.batch_size:
        batch = next(batch for least, batch in _BATCHES if count >= least)
        c.optim.batch_size = min(batch, count)  # fewer records than a batch make one batch
        told.append(f"batch {c.optim.batch_size}")
    if not c.el.queue_size:
        batch = c.optim.batch_size
        c.el.queue_size = max(1, min(count, _MOST_QUEUED) // batch) * batch
        told.append(f"queue {c.el.queue_size}")
    if not c.augment.size:
        side = _side(train)
        c.augment.size = _SMALL_CROP if side <= _TIGHT else _CROP
        c.data.stored_size = c.augment.size if side <= _TIGHT else round(c.augment.size * 8 / 7)
        told.append(f"crops of {c.augment.size} px")
    if not c.data.test:
        told.append(f"no test split: {c.data.holdout:.0%} held out to evaluate on")
    return c, f"chosen from the data: {', '.join(told)}"


def _has_test(c: Config) -> bool:
    for name, split in zip(c.data.test, c.data.test_split, strict=False):
        folder = prepared.newest_version(Path(c.data.dir).expanduser(), name)
        if split not in prepared.open_builder(folder)[0].info.splits:
            return False
    return bool(c.data.test)


def _side(train: Records) -> int:
    """The median of some images' shorter sides, in pixels."""
    rows = np.unique(np.linspace(0, len(train) - 1, min(_LOOKED_AT, len(train))).astype(int))
    return int(np.median([min(train.read(int(row), 0)[0].shape[:2]) for row in rows]))
