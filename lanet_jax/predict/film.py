"""Writes the marked copy of a video: by PyAV with its times and sound, else by OpenCV."""

import contextlib
import importlib.util
import os
import secrets
from pathlib import Path

import cv2
import numpy as np

from lanet_jax.files.atomic import make_new
from lanet_jax.predict.film_encoder import Encoder, Picture, UnwrittenError

SUFFIX = ".mp4"
PIP = "pip install 'lanet_jax[video]'"
_MOST_TICKS = 65_535  # most ticks a second in MPEG-4
_MOST_DECIMALS = 3  # OpenCV drops the rest


class Writer:
    """Writes a video under a temporary name and renames it once it is complete.

    Args:
      path: the `.mp4` file.
      source: the original video, whose sound is copied.
      rate: average number of frames per second.
      height: height of the frames, in pixels.
      width: width of the frames, in pixels.

    Raises:
      UnwrittenError: the file cannot be written.
      OSError: its folder cannot be written.
    """

    def __init__(self, path: Path, source: Path, rate: float, height: int, width: int) -> None:
        self._path = path
        self._temporary = path.with_name(f".{secrets.token_hex(8)}.tmp{SUFFIX}")
        # Codecs halve the colour planes, so odd sizes get one more row or column.
        self._height, self._width = height + height % 2, width + width % 2
        size = (self._width, self._height)
        make_new(self._temporary)  # so that a read-only folder is noticed now
        try:
            if keeps_sound():
                from lanet_jax.predict import film_av

                self._encoder: Encoder = film_av.Encoder(self._temporary, source, rate, size)
            else:
                self._encoder = _OpenCV(self._temporary, rate, size)
        except BaseException:
            self._remove()
            raise

    def add(self, image: Picture, time: float) -> None:
        """Appends an RGB frame.

        Args:
          image: the frame, RGB.
          time: time in seconds from which it is shown.

        Raises:
          UnwrittenError: it cannot be written; then the film is removed.
        """
        below, right = self._height - image.shape[0], self._width - image.shape[1]
        if below in (0, 1) and right in (0, 1):
            image = np.pad(image, ((0, below), (0, right), (0, 0)), mode="edge")
        else:  # some videos change their frame size midway
            image = cv2.resize(image, (self._width, self._height), interpolation=cv2.INTER_AREA)
        try:
            self._encoder.add(image, time)
        except BaseException:
            self.close(keep=False)
            raise

    def close(self, keep: bool) -> None:
        """Completes the file, or removes it.

        Args:
          keep: whether the file is kept.

        Raises:
          UnwrittenError: it could not be completed; then it is removed.
        """
        try:
            if keep:
                self._encoder.close()
                os.replace(self._temporary, self._path)
            else:
                with contextlib.suppress(UnwrittenError, OSError):
                    self._encoder.close()
        finally:
            self._remove()

    @property
    def lost_sound(self) -> str:
        """Why a sound track of the original is missing; "" if none is."""
        return self._encoder.lost_sound

    def _remove(self) -> None:
        with contextlib.suppress(OSError):
            self._temporary.unlink(missing_ok=True)


def keeps_sound() -> bool:
    """Whether PyAV is installed, which keeps a film's sound and uneven times."""
    return importlib.util.find_spec("av") is not None


def mpeg4_rate(rate: float) -> float:
    """The nearest rate that OpenCV's MPEG-4 encoder accepts.

    OpenCV writes a rate as n / 10**k, and the codec accepts n up to 65,535: 239.0269 frames per
    second become 239.03.
    """
    decimals = _MOST_DECIMALS
    while decimals and round(rate * 10**decimals) > _MOST_TICKS:
        decimals -= 1
    return round(rate, decimals)


class _OpenCV:
    """Even times, no sound; see `Encoder`."""

    lost_sound = ""  # told once for all films

    def __init__(self, path: Path, rate: float, size: tuple[int, int]) -> None:
        self._count = 0
        code = cv2.VideoWriter.fourcc(*"mp4v")
        self._name, rate = str(path.absolute()), mpeg4_rate(rate)
        try:
            self._name.encode()
        except UnicodeEncodeError:  # OpenCV would end the process
            raise UnwrittenError("its folder's name is not in UTF-8") from None
        self._writer = cv2.VideoWriter(self._name, cv2.CAP_FFMPEG, code, rate, size)
        if not self._writer.isOpened():
            width, height = size
            raise UnwrittenError(f"{width} x {height} pixels at {rate:g} a second: no such MPEG-4")

    def add(self, image: Picture, time: float) -> None:
        """See `Encoder`."""
        self._writer.write(np.ascontiguousarray(image[..., ::-1]))
        self._count += 1

    def close(self) -> None:
        """See `Encoder`."""
        self._writer.release()
        # OpenCV does not report a full disk, but such a file has no index.
        written = cv2.VideoCapture(self._name, cv2.CAP_FFMPEG)
        count = int(written.get(cv2.CAP_PROP_FRAME_COUNT)) if written.isOpened() else 0
        written.release()
        if count != self._count:
            raise UnwrittenError(f"{count} of {self._count} frames arrived: is the disk full?")
