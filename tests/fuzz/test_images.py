"""Images: a corrupted one is refused, or decodes to no more than its header says."""

import struct
import tracemalloc
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import images
from data.images import Crop
from lanet_jax.errors import UserError
from lanet_jax.images import pixels
from lanet_jax.images.pixels import MOST_PIXELS, BrokenImageError
from lanet_jax.input import records

PICTURE = np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8)
SUFFIXES = (".png", ".jpg", ".bmp", ".tif", ".webp")
WHOLE = {suffix: cv2.imencode(suffix, PICTURE[..., ::-1])[1].tobytes() for suffix in SUFFIXES}


def decode(data):
    try:
        return pixels.decode(data)
    except BrokenImageError as error:
        raise UserError("broken") from error


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=120)
@given(data=st.data())
def test_bytes(fuzz, suffix, data):
    content = data.draw(fuzz.corrupted(WHOLE[suffix]))
    found = fuzz.read(decode, content)
    if found is not None:
        assert found.ndim == 3 and found.shape[2] == 3
        assert found.dtype == np.uint8 and found.size <= 3 * MOST_PIXELS
        if content.startswith(images.PNG):  # its checksums tell
            np.testing.assert_array_equal(found, PICTURE)
    stored = fuzz.read(records.decode, content, "a.png")
    assert (stored is None) == (found is None)
    assert stored is None or np.array_equal(stored, found)


def png(width, height):
    """A PNG of few bytes that says it is large."""

    def chunk(name, content):
        checked = name + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return images.PNG + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def jpeg(width, height):
    data, at = WHOLE[".jpg"], WHOLE[".jpg"].index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def bmp(width, height):
    return WHOLE[".bmp"][:18] + struct.pack("<ii", width, height) + WHOLE[".bmp"][26:]


@pytest.mark.parametrize(
    "data",
    [
        *(png(2**31 - 1, 2**31 - 1), png(30000, 30000), png(0, 5), jpeg(65535, 65535)),
        *(jpeg(30000, 30000), jpeg(0, 8), bmp(2**31 - 1, 1000), bmp(30000, 30000), bmp(-5, 0)),
        b"P6 30000 30000 255\n",
        b"P6 4 4 255\n" + bytes(48),  # no format of ours
    ],
)
def test_a_large_size_takes_no_memory(fuzz, data):
    tracemalloc.start()
    assert fuzz.read(decode, data) is None
    assert fuzz.read(records.decode, data, "a.png") is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8e6


@settings(max_examples=100)
@given(
    *[st.integers(-(10**6), 10**6) | st.integers(-5, 20)] * 2,
    st.integers(1, 10**6) | st.integers(1, 40),
)
def test_any_face_box(scratch, fuzz, x, y, side):
    path = Path(scratch / "face.png")
    path.write_bytes(WHOLE[".png"])

    def cut():
        try:
            return decode(images.read(Crop(path, x, y, side, 8)))
        except BrokenImageError as error:
            raise UserError("broken") from error

    tracemalloc.start()
    found = fuzz.read(cut)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    overlaps = x < 16 and y < 12 and x + side > 0 and y + side > 0
    assert (found is not None) == (overlaps and side**2 <= MOST_PIXELS)
    assert peak < 3 * MOST_PIXELS + 1e6
