"""Prepares standard output, so that a command survives a closed pipe."""

import io
import sys
from typing import Any, TextIO


def prepare() -> None:
    """Readies standard output and error for a command.

    `| head -1` closes a pipe early: later output is dropped, but the work continues. Characters
    that the terminal cannot show are escaped instead of ending the command.
    """
    sys.stdout, sys.stderr = (
        _unbroken(stream) if stream is original and stream is not None else stream
        for stream, original in ((sys.stdout, sys.__stdout__), (sys.stderr, sys.__stderr__))
    )


class _Pipe(io.FileIO):
    _lost = False

    def write(self, data: Any, /) -> int:
        if self._lost:
            return len(data)
        try:
            return super().write(data)
        except OSError as error:
            self._lost = True  # Python writes the buffer again at exit
            if not isinstance(error, BrokenPipeError):
                raise
            return len(data)


def _unbroken(stream: TextIO) -> TextIO:
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Pipe(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors="backslashreplace",
        # With PYTHONUNBUFFERED a stream writes through; a line at a time is as good.
        line_buffering=bool(stream.line_buffering or getattr(stream, "write_through", False)),
    )
