"""Statistics of the face network's BatchNorms on face crops.

`face29_statistics.npz` holds a mean and a standard deviation per channel, in 16 bits, as measured
on 600 crops of FERPlus' train split by

    lanet port get-faces --statistics ferplus/argmax8 --data_dir DIR

No image can be reconstructed from them, and any other numbers would give the same function in
evaluation.
"""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from lanet_jax.augment.compose import preprocess_batch
from lanet_jax.files.npz import read_npz
from lanet_jax.input import records
from lanet_jax.models.face29 import MEAN, STD
from lanet_jax.port.face29 import Statistics

BUNDLED = Path(__file__).with_name("face29_statistics.npz")
CROPS, SIZE = 600, 80


def bundled() -> Statistics:
    """The bundled statistics."""
    arrays = {name: value.astype(np.float64) for name, value in read_npz(BUNDLED).items()}
    return Statistics(arrays["mean"], arrays["deviation"] ** 2)


def crops(name: str, data_dir: str) -> Float[Array, "B S S 3"]:
    """Draws crops of a prepared dataset's train split by seed 0, as the network sees them.

    Args:
      name: name of the dataset, as in "ferplus/argmax8".
      data_dir: folder of prepared datasets.

    Returns:
      Normalised images.

    Raises:
      UserError: the dataset is not there, or an image does not decode.
    """
    split = records.load(data_dir, name, "train")
    count = min(CROPS, len(split))
    rows = np.sort(np.random.default_rng(0).permutation(len(split))[:count])
    # One by one: a user's images may have several sizes.
    images = (jnp.asarray(split.read(int(row), 0)[0])[None] for row in rows)
    return jnp.concatenate([preprocess_batch(image, SIZE, MEAN, STD) for image in images])
