"""FERPlus: 8 classes, 48 px grey crops.

  python -m data.prepare ferplus --source DIR --landmarks FILE
  python -m lanet_jax.main --config=configs/ferplus.py --workdir=runs/ferplus

At full scale the paper has 91.39% (ResNet-18, no noise) and 86.01% at 30% symmetric noise, with
MS-Celeb weights; this project has not run that scale yet. `:cpu` is a recipe for two CPU cores,
whose measured results are in docs/notes.md. `:face` starts from dlib's network of faces on all
images, `:cpu,face` on 10,000 with 30% wrong labels.
"""

import ml_collections

from lanet_jax import fields


def cpu(c: ml_collections.ConfigDict) -> None:
    """A LA-Net run on two CPU cores, tested on the official valid split."""
    fields.two_cores(c)
    c.data.test_split = ("valid",)  # the test split is for final numbers only
    c.noise.kind = "symmetric"


def face(c: ml_collections.ConfigDict) -> None:
    """From dlib's network of faces; on all images, or on the part and the noise of `:cpu,face`."""
    fields.face(c)
    c.data.test_split = ("valid",)  # the test split is for final numbers only


def shipped(c: ml_collections.ConfigDict) -> None:
    """The network that comes with the package, trained on all images; 44 minutes on two cores."""
    cpu(c)
    c.data.limit = 0
    c.noise.kind = "none"
    c.sampler = "progressive"  # labels are right here, and rare classes need the visits
    c.optim.epochs = 16  # clean labels want no time to be memorised


def get_config(presets: str | None = None) -> ml_collections.ConfigDict:
    """The paper's settings on FERPlus.

    Args:
      presets: comma-separated: cpu, face, shipped, reference, r50.

    Returns:
      The config.
    """
    c = fields.get_config()
    c.data.train = c.data.test = ("ferplus/argmax8",)
    return fields.apply_presets(c, presets, {"cpu": cpu, "face": face, "shipped": shipped})
