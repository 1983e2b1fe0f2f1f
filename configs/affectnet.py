"""AffectNet: 8 classes (`:classes7` without contempt), images of many sizes.

  python -m data.prepare affectnet --source DIR --landmarks FILE
  python -m lanet_jax.main --config=configs/affectnet.py --workdir=runs/affectnet

The official validation split is the usual test set. The paper reports 64.24% (8 classes) and
67.09% (7 classes) without added noise (ResNet-18); this project has not run that scale yet.
"""

import ml_collections

from lanet_jax.from_config import fields


def classes7(c: ml_collections.ConfigDict) -> None:
    """Seven classes, without contempt; prepare with --classes 7."""
    c.data.train = c.data.test = ("affectnet/7classes",)


PRESETS = {"classes7": classes7}


def get_config(presets: str | None = None) -> ml_collections.ConfigDict:
    """The paper's settings on AffectNet.

    Args:
      presets: comma-separated: classes7, face, robust, reference, r50.

    Returns:
      The config.
    """
    c = fields.get_config()
    c.data.train = c.data.test = ("affectnet/8classes",)
    c.data.test_split = ("valid",)
    c.data.stored_size = 256  # px; one size for all images, slightly larger than the network's
    return fields.apply_presets(c, presets, PRESETS)
