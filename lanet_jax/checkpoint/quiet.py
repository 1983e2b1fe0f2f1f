"""Silences what Orbax leaves behind when one of several arrays cannot be read or written.

It closes an event loop while other tasks still wait, and Python prints a traceback for each of
them, above the error that a user should read or long after it.
"""

import functools
import logging
import sys

_CLOSED = "Event loop is closed"
_LEFT = ("Task was destroyed but it is pending", "Task exception was never retrieved")


@functools.cache
def install() -> None:
    """Drops these tracebacks, and nothing else, from what Python prints."""
    sys.unraisablehook = functools.partial(_unraisable, sys.unraisablehook)
    for name in ("asyncio", "concurrent.futures"):
        logging.getLogger(name).addFilter(_is_news)


def _unraisable(before, unraisable) -> None:
    if not _is_closed(unraisable.exc_value):
        before(unraisable)


def _is_news(record: logging.LogRecord) -> bool:
    raised = record.exc_info[1] if record.exc_info else None
    return not (_is_closed(raised) or record.getMessage().startswith(_LEFT))


def _is_closed(error: BaseException | None) -> bool:
    return isinstance(error, RuntimeError) and str(error) == _CLOSED
