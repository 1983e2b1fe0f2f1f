"""Whether a training set has colours."""

import cv2
import numpy as np
import pytest

from lanet_jax.input.memory import Memory
from lanet_jax.input.records import Records, looks_grey


def encoded(image, ending=".png"):
    return cv2.imencode(ending, image)[1].tobytes()


def records(*images):
    source = [{"image": image} for image in images]
    rows = np.arange(len(images))
    names = tuple(map(str, rows))
    return Records(
        (source,), 0 * rows, rows, names, 0 * rows, ("a",), 0, "", (), None, (), Memory(len(names))
    )


NOISE = np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8)
GREY = encoded(NOISE)
COLOURED = encoded(np.stack([NOISE, NOISE, NOISE[::-1]], axis=2))


@pytest.mark.parametrize(
    ("images", "grey"),
    [
        ([GREY], True),
        ([encoded(np.repeat(NOISE[..., None], 3, 2), ".jpg"), GREY], True),
        ([COLOURED], False),
        ([GREY] * 99 + [COLOURED], False),  # a mixed set; its last record is always looked at
    ],
)
def test_grey_is_what_has_no_colour_anywhere(images, grey):
    assert looks_grey(records(*images)) is grey


def test_only_a_few_records_are_read():
    broken = records(*[GREY, *[b"none"] * 98, GREY])
    assert looks_grey(broken, sample=2)
