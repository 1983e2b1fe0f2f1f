"""FERPlus: 8 classes, 48 px grey crops.

  python -m data.prepare ferplus --source DIR --landmarks FILE
  python -m lanet_jax.main --config=configs/ferplus.py --workdir=runs/ferplus

At full scale the paper reports 91.39% (ResNet-18, no noise) and 86.01% at 30% symmetric noise, with
MS-Celeb weights; this project has not run that scale yet.

`:cpu` is an experiment for two CPU cores: 10,000 training images, 30% of whose labels are made
wrong, evaluated on the valid split; LA-Net has trust. `:face` fine-tunes dlib's face network on all
images. `:cpu,face` is the experiment of docs/results.md: the images and noise of `:cpu`, with two
stages frozen; `:cpu,robust,face` also looks for neighbours among thousands of records. `:shipped`
is the recipe of the bundled network; its card, lanet_jax/shipped/README.md, has both of its
trainings.
"""

import ml_collections

from lanet_jax.from_config import fields


def cpu(c: ml_collections.ConfigDict) -> None:
    """For two CPU cores: 10,000 faces, 30% of the labels made wrong, the official valid split."""
    fields.two_cores(c)
    c.data.test_split = ("valid",)  # the test split is for final numbers only
    c.noise.kind = "symmetric"
    c.loss.trust = 1.0  # worth two points from the face network (docs/results.md)


def face(c: ml_collections.ConfigDict) -> None:
    """From dlib's face network, on all images; `:cpu,face` on the images and noise of `:cpu`."""
    fields.face(c)
    c.data.test_split = ("valid",)  # the test split is for final numbers only


def shipped(c: ml_collections.ConfigDict) -> None:
    """The recipe of the bundled network: the face network on all images, trained on the votes."""
    face(c)
    c.method = "ce"
    c.ce.targets = "votes"  # ten votes tell more about a face than the label of the majority
    c.augment.size = 96  # to predict takes 1.5 times as long at 112 px
    c.augment.erase_prob = 0.5
    c.augment.erase_scale = (0.02, 0.25)
    c.augment.jitter = (0.2, 0.2, 0.0)
    c.model.frozen_stages = 0
    c.optim.learning_rate = 1e-3
    c.optim.warmup = 0.5
    c.optim.weight_decay = 1e-4
    c.optim.epochs = 20


PRESETS = {"cpu": cpu, "face": face, "shipped": shipped}
EXCLUSIVE = {
    ("face", "shipped"): "the presets `face` and `shipped` are two networks",
    ("r50", "shipped"): "the presets `r50` and `shipped` are two networks",
    ("robust", "shipped"): "`robust` is LA-Net and `shipped` trains by CE",
}


def get_config(presets: str | None = None) -> ml_collections.ConfigDict:
    """The paper's settings on FERPlus.

    Args:
      presets: comma-separated: cpu, face, robust, shipped, reference, r50.

    Returns:
      The config.
    """
    c = fields.get_config()
    c.data.train = c.data.test = ("ferplus/argmax8",)
    return fields.apply_presets(c, presets, PRESETS, EXCLUSIVE)
