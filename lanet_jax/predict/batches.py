"""Faces of many frames through the network together, with few frames held at a time."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import TypeVar

import numpy as np
from jaxtyping import Float, UInt8

from lanet_jax.predict.crops import Found

MOST_BYTES = 1 << 27  # of frames and their faces that wait for a batch to fill
MOST_SECONDS = 5.0  # that they wait, so that an interruption costs no more
_STEP = 4  # a network is compiled for 1, 4, 16, ... faces, each when it is first needed

Network = Callable[[UInt8[np.ndarray, "N S S 3"]], Float[np.ndarray, "N C"]]
X = TypeVar("X")
Y = TypeVar("Y")


def in_order(
    pool: Executor, function: Callable[[X], Y], values: Iterable[X], ahead: int
) -> Iterator[Y]:
    """Maps a function over values in a pool, at most `ahead` values further than was asked for.

    Args:
      pool: runs the function.
      function: of one value.
      values: are taken one by one, in the caller's thread.
      ahead: how many may be under way.

    Yields:
      The results, in the values' order.
    """
    under_way: deque[Future[Y]] = deque()
    for value in values:
        under_way.append(pool.submit(function, value))
        del value  # else the last one would live until the next is there
        if len(under_way) >= ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def classified(
    found: Iterable[Found], network: Network, batch: int, size: int, classes: int
) -> Iterator[tuple[Found, Float[np.ndarray, "n C"]]]:
    """Classifies faces in batches that reach over frames.

    Args:
      found: frames and their faces.
      network: class probabilities of B faces, or of the fewer that `_Room` has places for: it is
        compiled for few sizes, and one face does not take the time of B.
      batch: B.
      size: S.
      classes: C.

    Yields:
      Each frame with the probabilities of its faces, in order; they wait until B frames or
      MOST_BYTES of pixels are there, or MOST_SECONDS are over.
    """
    waiting: list[Found] = []
    room, since = _Room(batch, size), time.monotonic()
    for one in found:
        waiting.append(one)
        del one
        is_late = time.monotonic() - since >= MOST_SECONDS
        if is_late or len(waiting) >= batch or sum(map(_bytes, waiting)) >= MOST_BYTES:
            since = time.monotonic()
            yield from _flush(waiting, network, room, classes)
    yield from _flush(waiting, network, room, classes)


class _Room:
    """Places for the faces that go through the network together.

    Args:
      batch: B, the most of them.
      size: S.
    """

    def __init__(self, batch: int, size: int) -> None:
        self.batch, self._size = batch, size
        self._is_full = False

    def of(self, crops: Sequence[UInt8[np.ndarray, "S S 3"]]) -> UInt8[np.ndarray, "N S S 3"]:
        """The faces, and black up to the next size; up to B once B were there in this call."""
        self._is_full |= len(crops) == self.batch
        places = self.batch if self._is_full else 1
        while places < len(crops):
            places = min(places * _STEP, self.batch)
        faces = np.zeros((places, self._size, self._size, 3), np.uint8)
        faces[: len(crops)] = crops
        return faces


def _flush(
    waiting: list[Found], network: Network, room: _Room, classes: int
) -> Iterator[tuple[Found, Float[np.ndarray, "n C"]]]:
    """Classifies the faces of the frames that wait, which then wait no longer."""
    crops = [crop.pixels for one in waiting for crop in one.crops]
    shares = np.zeros((len(crops), classes), np.float32)
    for start in range(0, len(crops), room.batch):
        part = crops[start : start + room.batch]
        shares[start : start + room.batch] = network(room.of(part))[: len(part)]
    start = 0
    while waiting:
        one = waiting.pop(0)
        yield one, shares[start : start + len(one.crops)]
        start += len(one.crops)
        del one


def _bytes(one: Found) -> int:
    frame = 0 if one.frame.pixels is None else one.frame.pixels.nbytes
    return frame + sum(crop.pixels.nbytes for crop in one.crops)
