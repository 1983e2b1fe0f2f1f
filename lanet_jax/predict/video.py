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

from lanet_jax.predict import containers, video_end
from lanet_jax.predict.video_end import WHOLE

_USUAL_RATE = 25.0
_LARGEST_RATE = 1000.0  # a file that claims more does not know its rate
_PLACE = getattr(cv2, "CAP_PROP_PTS", -1)  # since OpenCV 4.11; older ones say 0

# FFmpeg reports broken files on the process's stderr, bypassing Python; the table reports them too.
# This is read once, before the first video.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


class BrokenVideoError(Exception):
    """Says in a few words why a file cannot be used as a video."""


@dataclasses.dataclass(frozen=True, eq=False)
class Shot:
    """One frame of a video.

    Attributes:
      rate: average frames per second of the whole video.
      time: seconds since the start of the video, by the stream's own time stamps, or by the rate if
        it has none.
      pixels: BGR, OpenCV's order.
    """

    rate: float
    time: float
    pixels: UInt8[np.ndarray, "H W 3"]


def read(path: Path) -> Iterator[Shot]:
    """Reads a video, rotated as its header says.

    Args:
      path: path of a video file, which OpenCV reads.

    Yields:
      Its frames.

    Raises:
      BrokenVideoError: it has no frame or, raised after the last one, far fewer than it claims.
    """
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise BrokenVideoError("the file is empty")
    except OSError as error:
        raise BrokenVideoError(error.strerror or type(error).__name__) from None
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
        # Its duration counts from 0, not from the first stamp.
        if containers.kind(path) == containers.MATROSKA:
            told -= capture.get(_PLACE)
        while is_read:
            stamp = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            has_stamp = math.isfinite(stamp) and (stamp > time or not count)
            time = stamp if has_stamp else time + 1 / rate
            yield Shot(rate, max(time, 0.0), picture)
            count += 1
            is_read, picture = capture.read()
        # With uneven frames the header's number is an estimate, but its duration is not.
        seems_cut = count < WHOLE * told and time + 1 / rate < WHOLE * told / rate
        if seems_cut and not video_end.is_there(path):
            raise BrokenVideoError(f"ends after {count} of about {told:.0f} frames")


def _name(path: Path, opened: contextlib.ExitStack) -> str:
    """A name for FFmpeg, which takes relative names with a colon for addresses."""
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
