"""Writes a film by PyAV (FFmpeg), with each frame at its own time and the source's sound."""

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
from jaxtyping import UInt8

from lanet_jax.errors import DISK_FULL
from lanet_jax.predict.film_encoder import UnwrittenError
from lanet_jax.predict.sound import Sound

# At the usual rates (24, 25, 30, 60, 120, and these over 1.001) frames last whole ticks.
_TICK = Fraction(1, 120_000)
_BEST, _OTHER = "libx264", "mpeg4"  # builds of FFmpeg without the first are rare
_OTHER_TICK = Fraction(1, 60_000)  # the finest of that codec
# No B-frames: their uneven times shorten a track.
_OPTIONS = {"crf": "18", "preset": "veryfast", "bf": "0"}
_OTHER_BITS = 0.3  # per pixel


class Encoder:
    """Writes one file; see `film_encoder.Encoder`.

    Args:
      path: the `.mp4` file to write.
      source: the video whose sound is copied.
      rate: average number of frames per second.
      size: width and height, both even.

    Raises:
      UnwrittenError: it cannot be written.
    """

    def __init__(self, path: Path, source: Path, rate: float, size: tuple[int, int]) -> None:
        with _told():
            # FFmpeg takes a relative name with a colon for an address.
            self._file = av.open(str(path.absolute()), "w", format="mp4")
            is_best = _BEST in av.codecs_available
            self._tick = _TICK if is_best else _OTHER_TICK
            whole, options = Fraction(rate).limit_denominator(1001), _OPTIONS if is_best else {}
            # PyAV's stubs do not know codecs chosen at run time.
            video: Any = self._file.add_stream(
                _BEST if is_best else _OTHER, rate=whole, options=options
            )
            video.width, video.height = size
            video.pix_fmt = "yuv420p"
            if not is_best:
                video.bit_rate = int(_OTHER_BITS * size[0] * size[1] * rate)
            video.time_base = video.codec_context.time_base = self._tick
            self._video = video
            self._sound = Sound(source, self._file)
            self._last = -1

    def add(self, image: UInt8[np.ndarray, "H W 3"], time: float) -> None:
        """See `film_encoder.Encoder`."""
        with _told():
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            self._last = max(self._last + 1, round(time / self._tick))  # times must increase
            frame.pts, frame.time_base = self._last, self._tick
            for packet in self._video.encode(frame):
                self._file.mux(packet)
            self._sound.copy(until=time)

    @property
    def lost_sound(self) -> str:
        """See `film_encoder.Encoder`."""
        return self._sound.lost

    def close(self) -> None:
        """See `film_encoder.Encoder`."""
        with _told():
            try:
                for packet in self._video.encode():
                    self._file.mux(packet)
                self._sound.copy(until=float("inf"))
            finally:
                self._sound.close()
                self._file.close()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except FFmpegError as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise OSError(error.errno, error.strerror) from error
        raise UnwrittenError(error.strerror or type(error).__name__) from error
    except (ValueError, UnicodeError) as error:
        raise UnwrittenError(str(error).partition("\n")[0]) from error
