import io

import PIL.Image
import pytest

from lanet_jax.images.opacity import is_opaque, is_opaque_png


def _png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("mode", "opaque"), [("L", True), ("RGB", True), ("P", True), ("LA", False), ("RGBA", False)]
)
def test_opacity_is_a_channel(mode, opaque):
    image = PIL.Image.new(mode, (2, 3))
    assert is_opaque(image) is opaque
    assert is_opaque_png(_png(image)) is opaque


def test_opacity_of_a_palette():
    image = PIL.Image.new("P", (2, 3))
    image.info["transparency"] = 0
    assert not is_opaque(image) and not is_opaque_png(_png(image))


def test_a_damaged_header_is_left_to_the_decoder():
    assert not is_opaque_png(_png(PIL.Image.new("L", (2, 3)))[:20])
