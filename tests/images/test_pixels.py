import io

import cv2
import jax.numpy as jnp
import numpy as np
import PIL.Image
import pytest

from lanet_jax.augment.compose import preprocess_batch
from lanet_jax.images import pixels
from lanet_jax.images.pixels import BrokenImageError
from lanet_jax.input.memory import Memory
from lanet_jax.input.records import Records
from lanet_jax.input.records import decode as decode_record

# How a picture that is seen upright is stored under each of EXIF's orientations.
STORED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a),  # to be turned clockwise by the reader
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


@pytest.fixture
def colours():
    """Four corners of different colours in a picture that is wider than high."""
    image = np.zeros((8, 12, 3), np.uint8)
    image[:4, :6], image[:4, 6:] = (250, 10, 20), (10, 240, 30)
    image[4:, :6], image[4:, 6:] = (20, 30, 230), (200, 190, 180)
    return image


def _encoded(image, kind, **options):
    file = io.BytesIO()
    image = image if isinstance(image, PIL.Image.Image) else PIL.Image.fromarray(image)
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_upright(colours, kind, orientation):
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    large = colours.repeat(8, 0).repeat(8, 1)  # whole blocks of a JPEG
    stored = np.ascontiguousarray(STORED[orientation](large))
    options = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    found = pixels.decode(_encoded(stored, kind, exif=exif, **options))
    np.testing.assert_allclose(found.astype(int), large, atol=4)
    if kind != "TIFF":
        assert pixels.upright_size(_encoded(stored, kind, exif=exif, **options)) == (96, 64)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_a_damaged_exif_block_costs_nothing_but_the_turn(colours, kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    whole = _encoded(colours, kind, **options)
    damaged = _encoded(colours, kind, exif=b"nonsense", **options)
    np.testing.assert_array_equal(pixels.decode(damaged), pixels.decode(whole))
    with pytest.raises(BrokenImageError):
        pixels.decode(damaged[:-20] + b"\0" * 10)


def test_a_png_may_tell_its_orientation_behind_its_pixels(monkeypatch):
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    noise = np.random.default_rng(0).integers(0, 256, (200, 320, 3), np.uint8)
    encoded = _encoded(noise, "PNG", exif=exif)
    at, size = encoded.index(b"eXIf") - 4, len(exif.tobytes()) - 6 + 12
    late = encoded[:at] + encoded[at + size : -12] + encoded[at : at + size] + encoded[-12:]
    assert late.index(b"eXIf") > 1 << 17
    assert pixels.decode(late).shape == (320, 200, 3)
    monkeypatch.setattr(PIL.Image.Image, "load", lambda self: 1 / 0)
    assert pixels.upright_size(late) == (200, 320)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP"])
def test_formats_without_loss(colours, kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    np.testing.assert_array_equal(pixels.decode(_encoded(colours, kind, **options)), colours)


def test_a_jpeg_has_the_pixels_that_training_reads():
    noise = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    image = cv2.resize(noise, (70, 90), interpolation=cv2.INTER_CUBIC)
    encoded = cv2.imencode(".jpg", image)[1].tobytes()
    np.testing.assert_array_equal(pixels.decode(encoded), decode_record(encoded, "a.jpg"))


def test_alpha_lies_over_white():
    image = np.zeros((1, 3, 4), np.uint8)
    image[0] = [(200, 100, 0, 255), (200, 100, 0, 0), (200, 100, 0, 51)]
    expected = [[200, 100, 0], [255, 255, 255], [244, 224, 204]]  # .2 c + .8 * 255
    np.testing.assert_array_equal(pixels.decode(_encoded(image, "PNG"))[0], expected)
    np.testing.assert_array_equal(pixels.rgb(image)[0], expected)
    bgra = image[..., [2, 1, 0, 3]]
    np.testing.assert_array_equal(pixels.rgb(bgra, bgr=True)[0], expected)


def test_transparency_of_grey_and_of_palettes():
    grey = np.array([[[100, 255], [100, 0]]], np.uint8)
    found = pixels.decode(_encoded(PIL.Image.fromarray(grey, "LA"), "PNG"))
    np.testing.assert_array_equal(found[0], [[100] * 3, [255] * 3])
    palette = PIL.Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    palette.putpalette([10, 20, 30, 40, 50, 60])
    found = pixels.decode(_encoded(palette, "PNG", transparency=1))
    np.testing.assert_array_equal(found[0], [[10, 20, 30], [255] * 3])


def test_eight_bits_in_a_larger_type_are_not_taken_for_darkness():
    grey = np.array([[0, 128, 255]])
    for image in (
        PIL.Image.fromarray(grey.astype(np.uint16)),
        PIL.Image.fromarray(grey.astype(np.int32)),
        PIL.Image.fromarray(grey.astype(np.uint8)).convert("I"),
    ):
        with pytest.raises(pixels.BrokenImageError, match="8 bits in a larger type"):
            pixels.upright(image)
    black = PIL.Image.fromarray(np.zeros((2, 3), np.uint16))
    assert not pixels.upright(black).any()


def test_sixteen_bits_come_to_eight():
    grey = np.array([[0, 128, 129, 257 * 100, 65535]], np.uint16)
    found = pixels.decode(cv2.imencode(".png", grey)[1].tobytes())
    np.testing.assert_array_equal(found[0, :, 0], [0, 0, 1, 100, 255])  # v / 257, rounded
    assert found.shape == (1, 5, 3)
    colour = np.array([[[10, 20, 30], [65535, 0, 257 * 7]]], np.uint16)
    found = pixels.decode(cv2.imencode(".png", colour)[1].tobytes())
    np.testing.assert_allclose(found[0].astype(int), [[0, 0, 0], [7, 0, 255]], atol=1)


def test_grey_cmyk_and_black_and_white_files():
    grey = np.array([[0, 130, 255]], np.uint8)
    np.testing.assert_array_equal(
        pixels.decode(_encoded(grey, "PNG"))[0], [[0] * 3, [130] * 3, [255] * 3]
    )
    two = PIL.Image.fromarray(grey > 100)
    np.testing.assert_array_equal(pixels.decode(_encoded(two, "PNG"))[0, :, 1], [0, 255, 255])
    cmyk = PIL.Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    red = pixels.decode(_encoded(cmyk, "JPEG", quality=100))
    np.testing.assert_allclose(red[8, 8], [255, 0, 0], atol=4)


def test_files_that_are_no_image(colours):
    whole, jpeg = _encoded(colours, "PNG"), _encoded(colours, "JPEG")
    damaged = whole[:40] + b"\0\0\0" + whole[43:]
    floats = _encoded(PIL.Image.fromarray(np.ones((2, 2), np.float32)), "TIFF")
    broken = [b"", b"text", whole[:-20], jpeg[: len(jpeg) // 2], damaged, floats, b"GIF89a"]
    for encoded in broken:
        with pytest.raises(BrokenImageError) as error:
            pixels.decode(encoded)
        assert str(error.value)
        assert "\n" not in str(error.value)


def test_a_bomb_is_not_unpacked():
    header = _encoded(PIL.Image.new("1", (1, 1)), "BMP")
    huge = header[:18] + (60_000).to_bytes(4, "little") * 2 + header[26:]
    with pytest.raises(BrokenImageError, match="pixels"):
        pixels.decode(huge)


def test_cubic_is_evaluation_s_resizing_up_to_rounding():
    # Pillow cuts off after each axis, so nothing may overshoot.
    image = np.random.default_rng(0).integers(60, 196, (20, 20, 3), np.uint8)
    for size in (9, 31):
        found = pixels.resized(image, size, "cubic")
        wanted = preprocess_batch(
            jnp.array(image[None]), size, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), "cubic"
        )
        np.testing.assert_allclose(found, 255 * np.array(wanted[0]), atol=1.5)


def test_greyed():
    image = np.zeros((4, 8, 3), np.uint8)
    image[:, :4], image[:, 4:] = (255, 0, 0), (0, 0, 255)
    grey = pixels.greyed(image)
    assert (grey[0, 0] == 76).all()  # .299 * 255
    assert (grey[0, 7] == 29).all()  # .114 * 255


def _row(*values, height=4):
    return np.array(values, np.uint8)[None, :, None].repeat(height, 0).repeat(3, 2)


def test_a_side_that_shrinks_takes_means():
    found = pixels.resized(_row(0, 100, 0, 200), 2)
    np.testing.assert_array_equal(found[..., 0], [[50, 100]] * 2)


def test_a_side_that_grows_is_interpolated():
    found = pixels.resized(_row(0, 100, 0, 200), 10)[0, :, 0]
    # Centres of the new pixels at .4 (j + .5) - .5 of the old.
    expected = np.interp(0.4 * (np.arange(10) + 0.5) - 0.5, range(4), [0, 100, 0, 200])
    np.testing.assert_allclose(found, expected, atol=1)


def test_each_side_by_its_own_rule():
    # 8 columns shrink to 4 by means, 2 rows grow to 4 by lines.
    image = np.stack([_row(*range(0, 80, 10), height=1)[0], _row(*range(80, 160, 10), height=1)[0]])
    found = pixels.resized(image, 4)[..., 0].astype(int)
    np.testing.assert_allclose(found[0], [5, 25, 45, 65], atol=1)
    np.testing.assert_allclose(
        found[:, 0], [5, 25, 65, 85], atol=1
    )  # 5 and 85, at -.25 .25 .75 1.25


def test_an_image_of_the_size_stays_as_it_is():
    square = _row(1, 2, 3, 4)
    assert pixels.resized(square, 4) is square


def test_training_and_prediction_bring_images_to_a_size_alike():
    """Stored small and trained on large, as RAF-DB's beside AffectNet's."""
    encoded = cv2.imencode(".png", _row(0, 100, 0, 200))[1].tobytes()
    records = Records(
        ([{"image": encoded}],),
        *[np.zeros(1, int)] * 2,
        ("a",),
        np.zeros(1, int),
        ("x",),
        0,
        "",
        (),
        None,
        (),
        Memory(1),
    )
    image, _, _ = records.read(0, 10)
    np.testing.assert_array_equal(image, pixels.resized(pixels.decode(encoded), 10))
    np.testing.assert_array_equal(
        image[0, 2:4, 0], pixels.resized(_row(0, 100, 0, 200), 10)[0, 2:4, 0]
    )


def test_pictures_of_a_file_are_counted():
    image, stored = PIL.Image.new("RGB", (9, 9)), io.BytesIO()
    image.save(stored, "GIF", save_all=True, append_images=[PIL.Image.new("RGB", (9, 9), "red")])
    assert pixels.pictures(stored.getvalue()) == 2
    assert pixels.pictures(stored.getvalue()[:20]) == 1
    stored = io.BytesIO()
    image.save(stored, "JPEG")
    assert pixels.pictures(stored.getvalue() * 2) == 1
