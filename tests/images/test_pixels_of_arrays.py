import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.images import pixels


def test_arrays_of_each_kind():
    colour = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    np.testing.assert_array_equal(pixels.rgb(colour), colour)
    np.testing.assert_array_equal(pixels.rgb(colour, bgr=True), colour[..., ::-1])
    for grey in (colour[..., 1], colour[..., 1:2]):
        for bgr in (False, True):
            found = pixels.rgb(grey, bgr)
            np.testing.assert_array_equal(found, np.stack([colour[..., 1]] * 3, -1))


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        *(((5, 7), 1), ((5, 7, 1), 1), ((5, 7, 3), 1), ((5, 7, 4), 1)),
        *(((6, 5, 7), 6), ((2, 5, 7, 1), 2), ((2, 5, 7, 3), 2), ((2, 5, 7, 4), 2)),
    ],
)
def test_one_image_or_a_batch(shape, count):
    assert len(list(pixels.images(np.zeros(shape, np.uint8)))) == count


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((4, 4, 3)), "uint8"),
        (np.zeros(4, np.uint8), r"batch .* found uint8 \[4\]: reshape it"),
        (np.zeros((2, 8, 8, 5), np.uint8), "reshape it"),
        (np.zeros((1, 1, 8, 8, 3), np.uint8), "give such an array for each image"),
        (np.zeros((2, 3, 8, 8), np.uint8), "channels last"),
        (np.zeros((0, 4, 3), np.uint8), "without pixels"),
    ],
)
def test_arrays_that_are_no_image(array, message):
    with pytest.raises(UserError, match=message):
        pixels.check(array)


@pytest.mark.parametrize(
    ("array", "advice"),
    [
        (np.eye(9) > 0, "give x.astype(np.uint8) * 255"),
        (np.eye(9), "give (x * 255).round().astype(np.uint8)"),
        (np.eye(9, dtype=np.float32) * 255, "give x.round().astype(np.uint8)"),
        (np.eye(9, dtype=int) * 255, "give x.astype(np.uint8)"),
        (np.eye(9, dtype=np.uint16) * 65535, "give (x // 257).astype(np.uint8)"),
        (-np.eye(9), "convert them first"),
        (np.eye(9) * np.nan, "some are no finite numbers: replace these, then convert them"),
        (np.eye(9) + 1j, "convert them first"),
    ],
)
def test_other_pixels_are_told_how_to_become_bytes(array, advice):
    with pytest.raises(UserError, match=r"as uint8 were expected, found .*: ") as caught:
        pixels.check(array)
    assert advice in str(caught.value)
