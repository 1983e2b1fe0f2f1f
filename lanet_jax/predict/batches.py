"""Classifies faces of many frames together, while holding few frames at a time."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import TypeVar

import numpy as np
from jaxtyping import Float, UInt8

from lanet_jax.predict.crops import Found

MOST_BYTES = 1 << 27  # of frames and faces that wait for a full batch
MOST_SECONDS = 5.0  # that they wait, so that an interruption costs no more than this
_STEP = 4  # a network is compiled for 1, 4, 16, ... faces, each when it is first needed

Network = Callable[[UInt8[np.ndarray, "N S S 3"]], Float[np.ndarray, "N C"]]
X = TypeVar("X")
Y = TypeVar("Y")


def in_order(
    pool: Executor, function: Callable[[X], Y], values: Iterable[X], ahead: int
) -> Iterator[Y]:
    """Maps a function over values in a pool, at most `ahead` values in advance.

    Args:
      pool: the pool that runs the function.
      function: called in the pool with one value.
      values: values, taken one by one in the caller's thread.
      ahead: the most calls under way at a time.

    Yields:
      The results, in the values' order.
    """
    under_way: deque[Future[Y]] = deque()
    for value in values:
        under_way.append(pool.submit(function, value))
        del value  # otherwise it would stay in memory until the next one comes
        if len(under_way) >= ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def classified(
    found: Iterable[Found], network: Network, batch: int, size: int, classes: int
) -> Iterator[tuple[Found, Float[np.ndarray, "n C"]]]:
    """Classifies faces in batches that span several frames.

    Args:
      found: frames and their faces.
      network: gives class probabilities of a batch. It is called with at most B faces, in the few
        batch sizes of `_Room`, so that it is compiled rarely and one face is faster than B.
      batch: batch size, B.
      size: side of a face in pixels, S.
      classes: number of classes, C.

    Yields:
      Each frame with the probabilities of its faces, in order. Frames wait until there are B of
      them or MOST_BYTES of pixels, or for MOST_SECONDS.
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
    """Pads faces to one of a few batch sizes.

    Args:
      batch: the largest batch size, B.
      size: side of a face in pixels, S.
    """

    def __init__(self, batch: int, size: int) -> None:
        self.batch, self._size = batch, size
        self._is_full = False

    def of(self, crops: Sequence[UInt8[np.ndarray, "S S 3"]]) -> UInt8[np.ndarray, "N S S 3"]:
        """Pads with black faces to the next size, or to B once a batch of B has been seen."""
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
    """Classifies the faces of all waiting frames, and empties the list."""
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
