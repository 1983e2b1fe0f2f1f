"""A frame that is one face, brought to the network's input size."""

import numpy as np
import pytest

from lanet_jax.images import pixels
from lanet_jax.predict.crops import cutter
from lanet_jax.predict.sources import Frame, Item


@pytest.mark.parametrize("resample", ["linear", "cubic"])
def test_whole_frames_are_resized_as_the_card_says(resample):
    image = np.random.default_rng(0).integers(0, 256, (6, 9, 3), np.uint8)
    cut = cutter("whole", lambda _: [], 12, False, resample)
    (crop,) = cut(Frame(Item("a.png", image), 0, image)).crops
    assert crop.box == (0, 0, 9, 6)
    np.testing.assert_array_equal(crop.pixels, pixels.resized(image, 12, resample))
    other = pixels.resized(image, 12, "cubic" if resample == "linear" else "linear")
    assert (crop.pixels != other).any()
