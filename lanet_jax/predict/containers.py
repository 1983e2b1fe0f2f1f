"""Recognises videos by their names, and by their first bytes where the name does not say."""

from pathlib import Path

from lanet_jax.files import regular

VIDEOS = (
    *(".mp4", ".m4v", ".mov", ".qt", ".avi", ".divx", ".mkv", ".webm", ".mpg", ".mpeg", ".mpe"),
    *(".m2v", ".vob", ".mts", ".m2ts", ".3gp", ".3g2", ".wmv", ".asf", ".flv", ".f4v", ".ogv"),
    *(".mjpeg", ".mjpg"),
)
DOUBTFUL = (".ts", ".ogg", ".dat", ".mod")  # endings of videos and of other files
MATROSKA = "Matroska or WebM"
_HEAD = 1 << 10
_PACKET = 188  # bytes of an MPEG transport stream, each of which begins with G
_STARTS = {
    b"\x1aE\xdf\xa3": MATROSKA,
    b"\x00\x00\x01\xba": "MPEG",
    b"\x00\x00\x01\xb3": "MPEG",
    b"0&\xb2u\x8ef\xcf\x11": "Windows Media",
    b"FLV\x01": "Flash",
}
# Brands of ISO files that hold only stills (HEIC, AVIF) or sound.
_NO_FILMS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"M4A ")


def kind(path: Path) -> str:
    """Recognises a video format by the first bytes of a file.

    Args:
      path: file of any kind and ending.

    Returns:
      The name of the format; "" if the file is not a video or cannot be read.
    """
    if regular.other_kind(path):
        return ""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return ""
    if head[4:8] == b"ftyp":
        return "" if head[8:12] in _NO_FILMS else "MP4, MOV or 3GP"
    if head[4:8] in (b"moov", b"mdat", b"wide") and not head[:2].strip(b"\0"):
        return "MOV"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "AVI"
    if head[:4] == b"OggS" and b"theora" in head:
        return "Ogg"
    for offset in (0, 4):  # cameras put four bytes of time before each packet
        step = _PACKET + offset
        if len(head) > offset + 4 * step and set(head[offset : offset + 4 * step : step]) == {0x47}:
            return "MPEG transport stream"
    return next((name for start, name in _STARTS.items() if head.startswith(start)), "")


def is_named_video(name: str) -> bool:
    """Whether a file that is read, or broken, has the ending of a video."""
    return Path(name).suffix.lower() in (*VIDEOS, *DOUBTFUL)


def is_video(path: Path) -> bool:
    """Whether a file is a video, by its ending or, where that is ambiguous, by its first bytes."""
    ending = path.suffix.lower()
    return ending in VIDEOS or (ending in DOUBTFUL and bool(kind(path)))
