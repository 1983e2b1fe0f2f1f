import cv2
import numpy as np
import pytest

from lanet_jax.images.image_bytes import is_whole, pixel_size
from lanet_jax.images.pixels import BrokenImageError, decode

PIXELS = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)


def _encoded(suffix, size=32, *options):
    return cv2.imencode(suffix, PIXELS[:size, :size], list(options))[1].tobytes()


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp"])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.9])
def test_a_file_cut_short_is_broken(suffix, share):
    data = _encoded(suffix)
    assert decode(data).shape == (32, 32, 3)
    with pytest.raises(BrokenImageError):
        decode(data[: int(share * len(data))])


def test_an_end_mark_within_a_thumbnail_ends_nothing():
    data, thumbnail = _encoded(".jpg"), _encoded(".jpg", 8)
    size = (len(thumbnail) + 2).to_bytes(2, "big")
    with_thumbnail = data[:2] + b"\xff\xe1" + size + thumbnail + data[2:]
    assert decode(with_thumbnail).shape == (32, 32, 3)
    with pytest.raises(BrokenImageError):
        decode(with_thumbnail[: int(0.9 * len(with_thumbnail))])


# Each holds a scan's or an end's mark that is none of the picture's.
TRAILERS = {
    "video": b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 8 + b"\xff\xda\xff\xd9\xff\xda\x00",
    "second picture": _encoded(".jpg", 8),
    "cut second picture": _encoded(".jpg", 16)[:-20],
    "text": b"MotionPhoto_Data",
    "zeros": bytes(100),
}


@pytest.mark.parametrize("progressive", [0, 1])
@pytest.mark.parametrize("trailer", TRAILERS.values(), ids=TRAILERS)
def test_what_follows_a_jpeg_is_no_part_of_it(trailer, progressive):
    data = _encoded(".jpg", 32, cv2.IMWRITE_JPEG_PROGRESSIVE, progressive)
    np.testing.assert_array_equal(decode(data + trailer), decode(data))
    assert not is_whole(data[:-40] + trailer) or trailer.endswith(b"\xff\xd9")


@pytest.mark.parametrize("progressive", [0, 1])
def test_a_cut_jpeg_is_not_made_whole_by_another_picture_behind_it(progressive):
    data = _encoded(".jpg", 32, cv2.IMWRITE_JPEG_PROGRESSIVE, progressive)
    assert not is_whole(data[:-40] + _encoded(".jpg", 8))


def test_restart_and_fill_bytes_are_passed_over():
    data = _encoded(".jpg", 32, cv2.IMWRITE_JPEG_RST_INTERVAL, 1)
    assert b"\xff\xd0" in data
    assert is_whole(data)
    assert is_whole(data[:-2] + b"\xff\xff\xff\xd9")
    assert not is_whole(data[:-2])


def test_a_changed_byte_in_a_png_is_broken():
    data = bytearray(_encoded(".png"))
    data[len(data) // 2] ^= 1
    with pytest.raises(BrokenImageError):
        decode(bytes(data))


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_the_size_in_the_header(suffix):
    data = cv2.imencode(suffix, PIXELS[:12, :16])[1].tobytes()
    assert pixel_size(data) == (16, 12)
    assert pixel_size(data[:8]) is None
    assert pixel_size(_encoded(".bmp")) is None


def test_a_frame_s_mark_within_a_comment_is_no_frame():
    data = cv2.imencode(".jpg", PIXELS[:12, :16])[1].tobytes()
    comment = b"\xff\xfe\x00\x0c\xff\xc0\x00\x11\x08\x00\x01\x00\x01\x00"
    assert pixel_size(data[:2] + comment + b"\xff" + data[2:]) == (16, 12)
