"""Copies the sound of a video into its marked copy, encoded as AAC where MP4 needs that."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

# Codecs that players expect in an MP4 file; others (PCM, AMR, Vorbis, WMA ...) are re-encoded.
_COPIED = {"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"}
_BIT_RATE = 128_000


class Sound:
    """Copies the sound tracks of one file into another.

    Args:
      source: video whose sound is copied.
      file: PyAV's output container; tracks must be added before its first packet.

    Attributes:
      lost: why a track is not copied; "" if all are.
    """

    def __init__(self, source: Path, file: Any) -> None:
        self._file = file
        # FFmpeg takes a relative name with a colon for an address.
        self._source = av.open(str(source.absolute()))
        start = self._start()
        self.lost = ""
        self._tracks: dict[int, Any] = {}
        for stream in self._source.streams.audio:
            kind = _Copy if stream.codec_context.name in _COPIED else _Encoded
            try:
                self._tracks[stream.index] = kind(stream, file, start)
            except (FFmpegError, ValueError) as error:
                self.lost = _reason(error)
        self._packets = self._timed()
        self._next = next(self._packets, None)

    def copy(self, until: float) -> None:
        """Copies the sound up to a time, in seconds since the video's start."""
        while self._next is not None and self._next[0] <= until:
            _, packet = self._next
            self._write(packet.stream.index, packet)
            self._next = next(self._packets, None)
        if self._next is None:
            for index in list(self._tracks):
                self._write(index, None)
            self._tracks = {}

    def _write(self, index: int, packet: Any | None) -> None:
        """Writes what a track makes of a packet, or has left; a track that fails ends there."""
        track = self._tracks.get(index)
        if track is None:
            return
        try:
            made = track.end() if packet is None else track.take(packet)
        except (FFmpegError, ValueError) as error:  # the film continues without sound
            self.lost, made = _reason(error), []
            del self._tracks[index]
        for done in made:
            self._file.mux(done)

    def close(self) -> None:
        """Closes the source."""
        self._source.close()

    def _start(self) -> float:
        """The video's own start time in seconds, which is time 0 of its frames."""
        video = self._source.streams.video[0]
        return float((video.start_time or 0) * (video.time_base or 0))

    def _timed(self) -> Iterator[tuple[float, Any]]:
        streams = [self._source.streams[index] for index in self._tracks]
        if not streams:
            return
        try:
            for packet in self._source.demux(streams):
                if packet.dts is not None:  # the last one of each track is empty
                    yield float(packet.dts * packet.time_base) - self._start(), packet
        except FFmpegError:
            return  # a truncated source, which the table reports


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


class _Copy:
    """A track whose packets are copied unchanged."""

    def __init__(self, stream: Any, file: Any, start: float) -> None:
        self._out = file.add_stream_from_template(stream)
        self._start = round(start / stream.time_base)

    def take(self, packet: Any) -> list[Any]:
        packet.dts -= self._start
        packet.pts = packet.dts if packet.pts is None else packet.pts - self._start
        packet.stream = self._out
        return [packet]

    def end(self) -> list[Any]:
        return []


class _Encoded:
    """A track that is decoded and re-encoded as AAC."""

    def __init__(self, stream: Any, file: Any, start: float) -> None:
        context = stream.codec_context
        layout = "mono" if context.channels == 1 else "stereo"
        rates = av.Codec("aac", "w").audio_rates or [context.sample_rate]
        rate = max((r for r in rates if r <= context.sample_rate), default=min(rates))
        self._out = file.add_stream("aac", rate=rate, layout=layout)
        self._out.bit_rate = _BIT_RATE
        self._resampler = av.AudioResampler("fltp", layout, rate)
        self._skipped = round(start / stream.time_base)

    def take(self, packet: Any) -> list[Any]:
        found = []
        for frame in packet.decode():
            if frame.pts is not None:  # in samples: a film's own ticks may be longer than a frame
                seconds = (frame.pts - self._skipped) * frame.time_base
                frame.pts = round(seconds * frame.sample_rate)
                frame.time_base = Fraction(1, frame.sample_rate)
            for part in self._resampler.resample(frame):
                found += self._out.encode(part)
        return found

    def end(self) -> list[Any]:
        rest = [one for part in self._resampler.resample(None) for one in self._out.encode(part)]
        return [*rest, *self._out.encode(None)]
