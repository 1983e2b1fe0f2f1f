"""Your own images: a tree of class/image, or a CSV of path,label.

  python -m data.prepare folder --name mine --source DIR --landmarks FILE --holdout 0.1
  python -m lanet_jax.main --config=configs/folder.py --workdir=runs/mine

Another name than `mine` needs --config.data.train="('NAME',)" and the same for data.test. What the
labels are worth is then in runs/mine/distributions.csv.
"""

import ml_collections

from configs import common


def get_config(presets: str | None = None) -> ml_collections.ConfigDict:
    """LA-Net on prepared images of one's own.

    Args:
      presets: comma-separated: face, reference, r50.

    Returns:
      The config.
    """
    c = common.get_config()
    c.data.train = c.data.test = ("mine",)
    c.data.stored_size = 128  # px; images of one's own come in many sizes
    c.augment.size = 112  # px; a quarter of the paper's pixels, for one GPU or patience
    return common.apply_presets(c, presets, {})
