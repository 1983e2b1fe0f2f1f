"""Your own images: a tree of class/image, or a CSV of path,label.

  python -m data.prepare folder --name mine --source DIR --landmarks FILE --holdout 0.1
  python -m lanet_jax.main --config=configs/folder.py --workdir=runs/mine

For 60 to a few thousand faces use the preset `small`, which needs no other flag: it fits batch,
queue, neighbours and crop to the data, holds out a fifth for evaluation if there is no test split,
and starts from the face weights if `lanet port get-faces` has downloaded them. It is `robust` by
itself:

  python -m lanet_jax.main --config=configs/folder.py:small --workdir=runs/mine

A name other than `mine` needs --config.data.train="('NAME',)" and the same for data.test. The run
writes the estimated label distributions to runs/mine/distributions.csv.
"""

import ml_collections

from lanet_jax.from_config import fields


def get_config(presets: str | None = None) -> ml_collections.ConfigDict:
    """LA-Net on your own prepared images.

    Args:
      presets: comma-separated: small, face, robust, reference, r50.

    Returns:
      The config.
    """
    c = fields.get_config()
    c.data.train = c.data.test = ("mine",)
    c.data.stored_size = 128  # px; your own images may come in many sizes
    c.augment.size = 112  # px; a quarter of the paper's pixels, to train on one GPU
    return fields.apply_presets(c, presets, PRESETS, EXCLUSIVE)


def small(c: ml_collections.ConfigDict) -> None:
    """For 60 to a few thousand faces whose labels may be wrong, on two CPU cores."""
    fields.robust(c)
    c.schedule = "shared"
    c.sampler = "uniform"  # a rare class of a small set is mostly wrong labels
    c.model.stem = "small"  # for a network trained from scratch
    # Fitted to the data and the available weights by lanet_jax/from_config/fit.py.
    c.augment.size = c.data.stored_size = 0
    c.model.width = 0
    c.model.frozen_stages = -1
    c.el.queue_size = 0
    c.lde.neighbors = 0
    c.optim.batch_size = c.optim.epochs = 0
    c.optim.learning_rate = 0.0


PRESETS = {"small": small}
EXCLUSIVE = {
    ("reference", "small"): "`reference` is LA-Net as published, and `small` goes beyond it",
    ("face", "small"): "`small` starts from the face network by itself if its weights are there",
    ("robust", "small"): "`small` is `robust`, with as many neighbours as the data allows",
}
