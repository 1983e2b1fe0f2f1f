"""Corrupts files, and checks that a reader accepts or refuses them within its limits."""

import contextlib
import csv
import faulthandler
import functools
import io
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import currently_in_test_context, event
from hypothesis import strategies as st

from lanet_jax.errors import CONTROL_CHARACTER, UserError

SECONDS = 10  # CPU time for one file
WAIT = 120  # elapsed seconds, for readers that block, or loop in C and receive no signal
INSERTED = (
    *(
        b"\0",
        b"\r",
        b"\n",
        b"\r\n",
        b'"',
        b",",
        b" ",
        b"\t",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\xe2\x80\xa8",
    ),
    *(
        b"-1",
        b"nan",
        b"inf",
        b"1e999",
        b"9" * 20,
        b"9" * 5000,
        b"\xd9\xa3",
        b"../../x",
        b"," * 3000,
    ),
    *(b"\x1b[2J", b"{}", b"[" * 3000, b"null", b"\x80\x04", b"\x7f\xff\xff\xff\xff\xff\xff\xff"),
)
WORDS = (
    "",
    "nan",
    "-inf",
    "1e999",
    "-1",
    "1e18",
    "9" * 5000,
    "3.7",
    "x" * 300,
    "a/../b",
    "\0",
    '"',
)


class HangError(BaseException):
    """A reader took too long; not an Exception, so that no reader can catch it as damage."""


@contextlib.contextmanager
def _limited(terminal: int) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise HangError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    faulthandler.dump_traceback_later(WAIT, exit=True, file=terminal)
    try:
        yield
    except HangError as error:
        # An error that Hypothesis catches, so that it shows the example.
        raise AssertionError(f"not read after {SECONDS} s") from error
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def read(terminal: int, function: Callable[..., Any], *args: Any) -> Any:
    """A reader's result, or None if it ended in a user's error of one line; else the test fails."""
    with _limited(terminal), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = function(*args)
            _count("read")
            return result
        except UserError as error:
            message = str(error)
    _count("refused")
    assert message and not CONTROL_CHARACTER.search(message) and len(message) < 20_000, message
    return None


def _count(outcome: str) -> None:
    if currently_in_test_context():  # for --hypothesis-show-statistics
        event(outcome)


@st.composite
def corrupted(draw: st.DrawFn, data: bytes) -> bytes:
    """A damaged file: truncated, with flipped bits, or parts lost, doubled, moved or inserted."""

    def place(end: int) -> int:
        return draw(st.integers(0, max(end, 0)))

    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(("cut", "bit", "byte", "lose", "double", "move", "insert")))
        at = place(len(data) - 1)
        until = min(len(data), at + draw(st.sampled_from((1, 2, 8, 64, 1000))))
        if kind == "cut":
            data = data[:at]
        elif kind in ("bit", "byte") and data:
            value = data[at] ^ (1 << draw(st.integers(0, 7))) if kind == "bit" else place(255)
            data = data[:at] + bytes([value]) + data[at + 1 :]
        elif kind == "lose":
            data = data[:at] + data[until:]
        elif kind == "double":
            data = data[:until] + data[at:until] + data[until:]
        elif kind == "move":
            rest, to = data[:at] + data[until:], place(len(data))
            data = rest[:to] + data[at:until] + rest[to:]
        elif kind == "insert":
            data = data[:at] + draw(st.sampled_from(INSERTED)) + data[at:]
    return data


@st.composite
def edited(draw: st.DrawFn, rows: list[list[str]], separator: str = ",") -> bytes:
    """A table edited by hand or by a program: cells, columns, encoding, line ends."""
    rows = [list(row) for row in rows]
    kind = draw(st.sampled_from(("cell", "swap", "drop", "double", "column", "encoding")))
    row = draw(st.integers(0, len(rows) - 1))
    cell = draw(st.integers(0, len(rows[row]) - 1))
    if kind == "cell":
        rows[row][cell] = draw(st.sampled_from(WORDS) | st.text(max_size=5))
    elif kind in ("swap", "column"):
        other = draw(st.integers(0, len(rows[row]) - 1))
        for changed in rows if kind == "column" else [rows[row]]:
            if max(cell, other) < len(changed):
                changed[cell], changed[other] = changed[other], changed[cell]
    elif kind == "drop":
        del rows[row][cell]
    elif kind == "double":
        rows.insert(draw(st.integers(0, len(rows))), list(rows[row]))
    end = draw(st.sampled_from(("\n", "\r\n", "\r")))
    if separator == ",":
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator=end).writerows(rows)
        content = text.getvalue()
    else:
        content = end.join(separator.join(row) for row in rows) + end
    encoding = draw(st.sampled_from(("utf-8-sig", "utf-16", "latin-1", "cp037")))
    encoding = encoding if kind == "encoding" else "utf-8"
    return content.encode(encoding, "surrogatepass" if encoding == "utf-8" else "replace")


@pytest.fixture(scope="session")
def fuzz(pytestconfig: pytest.Config) -> Iterator[SimpleNamespace]:
    """`read`, and the strategies `corrupted` and `edited`."""
    with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        terminal = os.dup(2)  # what is captured is lost where a wait ends the whole process
    yield SimpleNamespace(
        read=functools.partial(read, terminal), corrupted=corrupted, edited=edited
    )
    os.close(terminal)


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all examples overwrite."""
    return tmp_path_factory.mktemp("fuzz")
