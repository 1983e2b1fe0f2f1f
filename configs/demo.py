"""The demo: synthetic faces of 48 px, 30% wrong labels, trained within minutes on two CPU cores.

  python -m data.prepare demo
  python -m lanet_jax.main --config=configs/demo.py --workdir=runs/demo-lanet
  python -m lanet_jax.main --config=configs/demo.py --config.method=ce --workdir=runs/demo-ce

`make demo` runs all three and compares the two runs; docs/results.md has the results. They are no
evidence for the paper's claims.
"""

import ml_collections

from lanet_jax.from_config import fields


def tiny(c: ml_collections.ConfigDict) -> None:
    """Trains within seconds, to try things out; it learns next to nothing."""
    c.data.limit = 256
    c.augment.size = 24
    c.model.width = 4
    c.optim.batch_size = 32
    c.optim.epochs = 2
    c.el.queue_size = 128
    c.train.log_every = 1


PRESETS = {"tiny": tiny}
EXCLUSIVE = {("face", "tiny"): "`face` has the size and the epochs that `tiny` is to spare"}


def get_config(presets: str | None = None) -> ml_collections.ConfigDict:
    """A small LA-Net on the demo set.

    Args:
      presets: comma-separated: tiny, robust, reference, r50, face.

    Returns:
      The config.
    """
    c = fields.get_config()
    c.schedule = "shared"  # both methods see the same images, epochs, batch and augmentation
    c.data.train = c.data.test = ("demo",)
    c.noise.kind = "symmetric"
    c.augment.size = 48  # as stored
    c.data.limit = 3500
    c.sampler = "uniform"  # as configs/ferplus.py:cpu, and for its reason
    # Synthetic faces vary enough by themselves. With jitter and erasing, CE would memorise no wrong
    # label within a demo's time, and there would be nothing for LA-Net to be robust against.
    c.augment.jitter = (0.0, 0.0, 0.0)
    c.augment.erase_prob = 0.0
    c.model.width = 16
    c.model.stem = "small"
    c.optim.epochs = 30
    # Thirty visits are few for a mean that forgets a tenth at each: targets would keep wrong labels
    # until the end. Trust then weighs labels by these faster targets (docs/trust.md).
    c.lde.decay = 0.8
    c.loss.trust = 1.0
    c.loss.trust_balance = 1.0
    return fields.apply_presets(c, presets, PRESETS, EXCLUSIVE)
