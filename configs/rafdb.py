"""RAF-DB: 7 classes, aligned 100 px crops, 12,271 for training and 3,068 for testing.

  python -m data.prepare rafdb --source DIR --landmarks FILE
  python -m lanet_jax.main --config=configs/rafdb.py --workdir=runs/rafdb

The paper reports 90.81% without added noise and 85.33% at 30% symmetric noise (ResNet-18, MS-Celeb
weights through --config.model.pretrained), in 80 epochs; this project has not run that scale yet.
"""

import ml_collections

from lanet_jax.from_config import fields


def get_config(presets: str | None = None) -> ml_collections.ConfigDict:
    """The paper's settings on RAF-DB.

    Args:
      presets: comma-separated: face, robust, reference, r50.

    Returns:
      The config.
    """
    c = fields.get_config()
    c.data.train = c.data.test = ("rafdb",)
    return fields.apply_presets(c, presets, {})
