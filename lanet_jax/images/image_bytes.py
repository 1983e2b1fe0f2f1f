"""Checks whether an encoded image is complete, and reads its size, without decoding it."""

import re
import zlib
from collections.abc import Iterator

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
_JPEG_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
# Start of frame: all of C0 .. CF except tables and arithmetic conditioning.
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA


def is_whole(data: bytes) -> bool:
    """Whether an image is complete; decoders may silently fill what is missing with grey.

    Args:
      data: the file's bytes.

    Returns:
      False for no bytes, for a JPEG whose last scan does not end, and for a PNG with a truncated or
      changed chunk; True for other formats. Data after the end, such as the video of a motion
      photo, is ignored. A JPEG has no checksums, so changes within its pixels go unnoticed.
    """
    if data.startswith(JPEG):
        return _jpeg_is_whole(data)
    if data.startswith(PNG):
        return _png_is_whole(data)
    return bool(data)


def _png_is_whole(data: bytes) -> bool:
    for name, start, end in _png_chunks(data):
        if zlib.crc32(data[start - 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            return False
        if name == b"IEND":
            return True
    return False


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name of each whole chunk, and where its content begins and ends."""
    at = len(PNG)
    while at + 12 <= len(data):
        start = at + 8
        end = start + int.from_bytes(data[at : at + 4], "big")
        if end + 4 > len(data):
            return
        yield data[at + 4 : start], start, end
        at = end + 4


def png_exif(encoded: bytes) -> bytes:
    """The EXIF block of a PNG, which may lie behind its pixels; empty if there is none."""
    if encoded.startswith(PNG):
        for name, start, end in _png_chunks(encoded):
            if name == b"eXIf":
                return encoded[start:end]
            if name == b"IEND":
                break
    return b""


def _jpeg_is_whole(data: bytes) -> bool:
    scans = 0
    for marker, _ in _jpeg_markers(data):
        if marker == _END:
            return scans > 0
        if marker == _START:  # another picture begins within this one
            return False
        scans += marker == _SCAN
    return False


def _jpeg_markers(data: bytes) -> Iterator[tuple[int, int]]:
    """Each marker and where it ends; segments are skipped, as a thumbnail has markers too."""
    at = 2
    while found := _MARKER.search(data, at):
        at, marker = found.end(), found[1][0]
        yield marker, at
        if marker not in _JPEG_ALONE:
            at += max(2, int.from_bytes(data[at : at + 2], "big"))


def pixel_size(encoded: bytes) -> tuple[int, int] | None:
    """Reads width and height, in pixels, from the header of a PNG or JPEG.

    Args:
      encoded: the file's bytes.

    Returns:
      Width and height as stored; None for other formats, or if the header does not say.
    """
    if encoded.startswith(PNG) and encoded[12:16] == b"IHDR" and len(encoded) >= 24:
        return _two(encoded, 16, 4)
    if encoded.startswith(JPEG):
        for marker, at in _jpeg_markers(encoded):
            if marker in _JPEG_FRAMES and len(encoded) >= at + 7:
                return _two(encoded, at + 3, 2)[::-1]
            if marker in (_SCAN, _END):
                break
    return None


def _two(encoded: bytes, at: int, size: int) -> tuple[int, int]:
    first, second = encoded[at : at + size], encoded[at + size : at + 2 * size]
    return int.from_bytes(first, "big"), int.from_bytes(second, "big")
