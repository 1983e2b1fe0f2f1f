"""Reading video files, one frame at a time."""

import contextlib
import dataclasses
import math
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

_USUAL_RATE = 25.0
_LARGEST_RATE = 1000.0  # what claims more knows no rate
_WHOLE = 0.9  # share of the frames, or of the time, that the header tells of; some only estimate it


# FFmpeg tells of broken files on the process's stderr, past Python; the table says it, too. This is
# read once, before the first video.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


class BrokenVideoError(Exception):
    """Why a file is no video that can be used, in a few words."""


@dataclasses.dataclass(frozen=True, eq=False)
class Shot:
    """One frame of a video.

    Attributes:
      rate: frames a second of the whole video, on average.
      time: since the start of the video, in seconds, by the stream's own time stamps; by the rate
        where it has none.
      pixels: in OpenCV's order of colours.
    """

    rate: float
    time: float
    pixels: UInt8[np.ndarray, "H W 3"]


def read(path: Path) -> Iterator[Shot]:
    """Reads a video, turned as its header says.

    Args:
      path: the file.

    Yields:
      Its frames.

    Raises:
      BrokenVideoError: there is no frame in it, or, after the last, far fewer than it tells of.
    """
    with contextlib.ExitStack() as opened:
        capture = _open(_name(path, opened))
        opened.callback(capture.release)
        capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        rate = capture.get(cv2.CAP_PROP_FPS)
        if not (math.isfinite(rate) and 0 < rate <= _LARGEST_RATE):
            rate = _USUAL_RATE
        is_read, picture = capture.read()
        if not is_read:
            raise BrokenVideoError("no video, or one that cannot be decoded")
        told, count, time = capture.get(cv2.CAP_PROP_FRAME_COUNT), 0, 0.0
        while is_read:
            stamp = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            has_stamp = math.isfinite(stamp) and (stamp > time or not count)
            time = stamp if has_stamp else time + 1 / rate
            yield Shot(rate, max(time, 0.0), picture)
            count += 1
            is_read, picture = capture.read()
        # Of uneven frames the number is an estimate, and the time is not.
        if count < _WHOLE * told and time + 1 / rate < _WHOLE * told / rate:
            raise BrokenVideoError(f"ends after {count} of about {told:.0f} frames")


def _name(path: Path, opened: contextlib.ExitStack) -> str:
    """A name for FFmpeg: a relative one with a colon would be an address."""
    try:
        name = str(path.absolute())
        name.encode()
        return name
    except UnicodeEncodeError:  # OpenCV would end the process
        return f"/dev/fd/{opened.enter_context(path.open('rb')).fileno()}"


def _open(name: str) -> cv2.VideoCapture:
    log = cv2.utils.logging
    level = log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        return cv2.VideoCapture(name, cv2.CAP_FFMPEG)
    finally:
        log.setLogLevel(level)
