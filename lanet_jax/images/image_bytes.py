"""Whether an encoded image is whole, and its size, before any memory is taken for its pixels."""

import math
import zlib

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
MOST_PIXELS = 89_478_485  # Pillow's limit, too: 256 MiB in RGB
# Start of frame: all of C0 .. CF but tables and arithmetic conditioning.
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = {0x00, 0x01, *range(0xD0, 0xDA)}  # markers without a length


def is_whole(data: bytes) -> bool:
    """Whether an image does not end before its end; OpenCV fills the rest with grey, silently.

    Args:
      data: the file's bytes.

    Returns:
      False for no bytes, for a JPEG without an end mark and for a PNG with a chunk that is cut or
      changed; True for what is neither. A JPEG has no check sums, so changes within its pixels
      are not seen (libjpeg warns of few of them, and nothing here can ask it).
    """
    if data.startswith(JPEG):
        # A thumbnail brings an end mark of its own, so the mark must follow the last scan's start.
        return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda") > 0
    if data.startswith(PNG):
        return _png_is_whole(data)
    return bool(data)


def _png_is_whole(data: bytes) -> bool:
    at = len(PNG)
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            return False
        if zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            return False
        if data[at + 4 : at + 8] == b"IEND":
            return True
        at = end
    return False


def pixel_count(encoded: bytes) -> int | None:
    """Width times height in the header of a PNG or JPEG; None as `pixel_size`."""
    size = pixel_size(encoded)
    return None if size is None else size[0] * size[1]


def pixel_size(encoded: bytes) -> tuple[int, int] | None:
    """Width and height in the header of a PNG or JPEG, in pixels.

    Args:
      encoded: the file's bytes.

    Returns:
      Both; None if it is neither, or its header does not say.
    """
    if encoded.startswith(PNG):
        whole = encoded[12:16] == b"IHDR" and len(encoded) >= 24
        return _two(encoded, 16, 4) if whole else None
    if encoded.startswith(JPEG):
        return _jpeg_pixel_size(encoded)
    return None


def _jpeg_pixel_size(encoded: bytes) -> tuple[int, int] | None:
    largest = (0, 0)
    found = False
    at = encoded.find(0xFF, 2)  # decoders skip what stands between two segments, too
    while 0 <= at <= len(encoded) - 9:
        marker = encoded[at + 1]
        if marker == 0xDA:  # the scan: no frame comes after it
            break
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _JPEG_ALONE:
            at += 2
        else:
            if marker in _JPEG_FRAMES:
                height, width = _two(encoded, at + 5, 2)
                largest = max(largest, (width, height), key=math.prod)
                found = True
            at += 2 + int.from_bytes(encoded[at + 2 : at + 4], "big")
        at = encoded.find(0xFF, at)
    return largest if found else None


def _two(encoded: bytes, at: int, size: int) -> tuple[int, int]:
    first, second = encoded[at : at + size], encoded[at + size : at + 2 * size]
    return int.from_bytes(first, "big"), int.from_bytes(second, "big")
