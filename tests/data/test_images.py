import io

import cv2
import numpy as np
import PIL.Image
import pytest

from data.images import Crop, look, read
from lanet_jax.images.pixels import BrokenImageError, decode
from lanet_jax.input import records


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_jpeg_and_png_are_stored_as_they_are(encode, write, tmp_path, suffix):
    data = encode(0, suffix=suffix)
    assert read(write(tmp_path / f"a{suffix}", data)) == data
    assert read(data) == data


def test_other_formats_become_png_without_loss(encode):
    bmp = encode(0, suffix=".bmp")
    stored = read(bmp)
    assert stored.startswith(b"\x89PNG")
    np.testing.assert_array_equal(decode(stored), decode(encode(0)))


@pytest.mark.parametrize("kind", [".png", ".webp", ".tiff", "palette"])
def test_transparent_pixels_are_stored_as_they_are_predicted_on(kind):
    pixels = np.full((6, 6, 4), (10, 200, 90, 255), np.uint8)
    pixels[:, 3:] = 0  # black that nobody sees
    if kind == "palette":
        file = io.BytesIO()
        image = PIL.Image.fromarray(np.repeat([[0, 1]], 6, 0).astype(np.uint8).repeat(3, 1), "P")
        image.putpalette([90, 200, 10, 0, 0, 0])
        image.save(file, "PNG", transparency=1)
        data = file.getvalue()
    else:
        lossless = [cv2.IMWRITE_WEBP_QUALITY, 101] if kind == ".webp" else []
        data = cv2.imencode(kind, pixels, lossless)[1].tobytes()
    stored = decode(read(data))
    np.testing.assert_array_equal(stored, decode(data))
    np.testing.assert_array_equal(stored[0, [0, 5]], [[90, 200, 10], [255, 255, 255]])
    assert cv2.imdecode(np.frombuffer(read(data), np.uint8), cv2.IMREAD_UNCHANGED).shape[2] == 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_turned_picture_is_stored_so_that_training_sees_it_upright(kind):
    wide = np.zeros((8, 16, 3), np.uint8)
    wide[:, 8:] = 255
    exif, file = PIL.Image.Exif(), io.BytesIO()
    exif[0x0112] = 6  # to be turned clockwise
    options = {"lossless": True} if kind == "WEBP" else {}
    PIL.Image.fromarray(wide).save(file, kind, exif=exif, **options)
    stored = read(file.getvalue())
    assert (look(file.getvalue()).width, look(file.getvalue()).height) == (8, 16)
    np.testing.assert_allclose(records.decode(stored, "a")[[2, 12], 4, 0], [0, 255], atol=2)


@pytest.mark.parametrize("data", [b"", b"<html>not found</html>", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_image_is_not_stored(data):
    with pytest.raises(BrokenImageError):
        read(data)


def test_the_digest_is_of_pixels_and_shape():
    grey = np.full((4, 6), 7, np.uint8)
    png = cv2.imencode(".png", grey)[1].tobytes()
    bmp = cv2.imencode(".bmp", np.repeat(grey[..., None], 3, 2))[1].tobytes()
    seen = look(png)
    assert (seen.width, seen.height, seen.length) == (6, 4, len(png))
    assert look(bmp).digest == seen.digest
    turned = cv2.imencode(".png", grey.T)[1].tobytes()
    assert look(turned).digest != seen.digest


def test_a_crop_is_a_square_of_the_photo(write, tmp_path):
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[10:20, 30:40] = 200
    path = write(tmp_path / "a.png", cv2.imencode(".png", pixels)[1].tobytes())
    inside = decode(read(Crop(path, x=30, y=10, side=10, size=20)))
    assert inside.shape == (20, 20, 3)
    assert (np.abs(inside.astype(int) - 200) < 4).all()
    # Beyond the right edge the last column goes on.
    outside = decode(read(Crop(path, x=35, y=10, side=50, size=50)))
    assert outside.shape == (50, 50, 3)
    assert outside[5, 2].min() > 150
    assert outside[5, 30:].max() < 30
