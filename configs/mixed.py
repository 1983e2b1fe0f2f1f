"""RAF-DB and AffectNet together, tested on each (Table 4): inconsistent labels.

  python -m data.prepare rafdb --source DIR --landmarks FILE
  python -m data.prepare affectnet --classes 7 --source DIR --landmarks FILE
  python -m lanet_jax.main --config=configs/mixed.py --workdir=runs/mixed

Both need landmarks in the same scheme. The paper reports 88.10% on RAF-DB and 65.43% on 7-class
AffectNet; this project has not run that scale yet.
"""

import ml_collections

from lanet_jax.from_config import fields


def cpu(c: ml_collections.ConfigDict) -> None:
    """For two CPU cores: 10,000 images, with their labels as they are."""
    fields.two_cores(c)
    c.data.stored_size = 64


def face(c: ml_collections.ConfigDict) -> None:
    """From dlib's face network; images are stored no smaller than it sees them."""
    fields.face(c)
    c.data.stored_size = max(c.data.stored_size, c.augment.size)


PRESETS = {"cpu": cpu, "face": face}


def get_config(presets: str | None = None) -> ml_collections.ConfigDict:
    """The paper's settings on the mixed set.

    Args:
      presets: comma-separated: cpu, face, robust, reference, r50.

    Returns:
      The config.
    """
    c = fields.get_config()
    c.data.train = c.data.test = ("rafdb", "affectnet/7classes")
    c.data.test_split = ("test", "valid")
    c.data.stored_size = 256  # px; one size for all images, slightly larger than the network's
    return fields.apply_presets(c, presets, PRESETS)
