"""Whether an encoded image is whole, before anything is decoded."""

import re
import zlib

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
_JPEG_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA


def is_whole(data: bytes) -> bool:
    """Whether an image does not end before its end; OpenCV fills the rest with grey, silently.

    Args:
      data: the file's bytes.

    Returns:
      False for no bytes, for a JPEG whose last scan does not end and for a PNG with a chunk that is
      cut or changed; True for what is neither. What follows the end (the video of a phone's motion
      photo, say) is no part of the image. A JPEG has no check sums, so changes within its pixels
      are not seen.
    """
    if data.startswith(JPEG):
        return _jpeg_is_whole(data)
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


def _jpeg_is_whole(data: bytes) -> bool:
    # By segments: a thumbnail within one, or a picture after the end, has an end mark of its own.
    at, scans = 2, 0
    while found := _MARKER.search(data, at):
        at, marker = found.end(), found[1][0]
        if marker == _END:
            return scans > 0
        if marker == _START:  # another picture begins within this one
            return False
        if marker not in _JPEG_ALONE:
            scans += marker == _SCAN
            at += max(2, int.from_bytes(data[at : at + 2], "big"))
    return False
