"""Your own images: a tree of class/image, or a CSV of path,label.

  python -m data.prepare folder --name mine --source DIR --landmarks FILE --holdout 0.1
  python -m lanet_jax.main --config=configs/folder.py --workdir=runs/mine

From 60 faces to some thousand want the preset `small`, which needs no other flag: it takes batch,
queue and crop from the data, holds a fifth out to evaluate on where there is no test split, and
starts from the face weights where `python -m lanet_jax.port get-faces` has fetched them:

  python -m lanet_jax.main --config=configs/folder.py:small --workdir=runs/mine

Another name than `mine` needs --config.data.train="('NAME',)" and the same for data.test. What the
labels are worth is then in runs/mine/distributions.csv.
"""

import ml_collections

from lanet_jax import fields


def get_config(presets: str | None = None) -> ml_collections.ConfigDict:
    """LA-Net on prepared images of one's own.

    Args:
      presets: comma-separated: small, face, reference, r50.

    Returns:
      The config.
    """
    c = fields.get_config()
    c.data.train = c.data.test = ("mine",)
    c.data.stored_size = 128  # px; images of one's own come in many sizes
    c.augment.size = 112  # px; a quarter of the paper's pixels, for one GPU or patience
    return fields.apply_presets(c, presets, {"small": small})


def small(c: ml_collections.ConfigDict) -> None:
    """From 60 faces to some thousand, on two CPU cores."""
    c.schedule = "shared"
    c.sampler = "uniform"  # a rare class of a small set is mostly wrong labels
    c.model.stem = "small"  # of a network that starts from nothing
    # From the data, and from what weights there are: lanet_jax/from_config/fit.py.
    c.augment.size = c.data.stored_size = 0
    c.model.width = 0
    c.el.queue_size = 0
    c.optim.batch_size = c.optim.epochs = 0
    c.optim.learning_rate = 0.0
