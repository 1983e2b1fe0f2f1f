"""Video files, one frame at a time in both directions."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from lanet_jax.errors import UserError

SUFFIX = ".mp4"
_USUAL_RATE = 25.0
_LARGEST_RATE = 1000.0  # what claims more knows no rate
_WHOLE = 0.9  # share of the frames that the header tells of; some only estimate them


# FFmpeg tells of broken files on the process's stderr, past Python; the table says it, too. This is
# read once, before the first video.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")


class BrokenVideoError(Exception):
    """Why a file is no video that can be used, in a few words."""


def read(path: Path) -> Iterator[tuple[float, UInt8[np.ndarray, "H W 3"]]]:
    """Reads a video, turned as its header says.

    Args:
      path: the file.

    Yields:
      Frames a second, and pixels in OpenCV's order of colours.

    Raises:
      BrokenVideoError: there is no frame in it, or, after the last, far fewer than it tells of.
    """
    capture = _open(path)
    try:
        capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        rate = capture.get(cv2.CAP_PROP_FPS)
        if not (math.isfinite(rate) and 0 < rate <= _LARGEST_RATE):
            rate = _USUAL_RATE
        is_read, picture = capture.read()
        if not is_read:
            raise BrokenVideoError("no video, or one that cannot be decoded")
        told, count = capture.get(cv2.CAP_PROP_FRAME_COUNT), 0
        while is_read:
            yield rate, picture
            count += 1
            is_read, picture = capture.read()
        if count < _WHOLE * told:
            raise BrokenVideoError(f"ends after {count} of about {told:.0f} frames")
    finally:
        capture.release()


def _open(path: Path) -> cv2.VideoCapture:
    log = cv2.utils.logging
    level = log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        return cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    finally:
        log.setLogLevel(level)


class Writer:
    """Writes a video under a temporary name and renames it when it is whole.

    Args:
      path: the `.mp4` file.
      rate: frames a second.
      height: of the frames, in pixels.
      width: of the frames.

    Raises:
      UserError: it cannot be written.
    """

    def __init__(self, path: Path, rate: float, height: int, width: int) -> None:
        self._path, self._temporary = path, path.with_name(f"{path.stem}.tmp{path.suffix}")
        # The codec halves its colour planes: odd sizes get one more row or column.
        self._height, self._width = height + height % 2, width + width % 2
        code = cv2.VideoWriter.fourcc(*"mp4v")
        size = (self._width, self._height)
        self._writer = cv2.VideoWriter(str(self._temporary), cv2.CAP_FFMPEG, code, rate, size)
        if not self._writer.isOpened():
            raise UserError(
                f"{path} cannot be written: see that its folder can be written and that its name "
                f"ends with {SUFFIX}"
            )

    def add(self, image: UInt8[np.ndarray, "H W 3"]) -> None:
        """Appends an RGB frame."""
        below, right = self._height - image.shape[0], self._width - image.shape[1]
        if below in (0, 1) and right in (0, 1):
            image = np.pad(image, ((0, below), (0, right), (0, 0)), mode="edge")
        else:  # the frames of some videos change their size on the way
            image = cv2.resize(image, (self._width, self._height), interpolation=cv2.INTER_AREA)
        self._writer.write(np.ascontiguousarray(image[..., ::-1]))

    def close(self, keep: bool) -> None:
        """Ends the file; without `keep` nothing of it stays."""
        self._writer.release()
        if keep:
            os.replace(self._temporary, self._path)
        else:
            self._temporary.unlink(missing_ok=True)
