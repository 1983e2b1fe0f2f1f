"""Keeps decoded records in memory, so that a run decodes each of them once.

Python limits reading to a few thousand records a second, whatever the number of threads. That is
enough for training on a CPU, but not on a GPU.
"""

import threading
from collections.abc import Callable, Hashable

import numpy as np

LIMIT = 1 << 30  # bytes for a split; RAF-DB and FERPlus fit, AffectNet does not


class Memory:
    """A cache of decoded records; it keeps none if all together would be too large.

    Args:
      records: number of records that may be cached.
      limit: bytes that they may take together.
    """

    def __init__(self, records: int, limit: int = LIMIT) -> None:
        self._records, self._room = records, limit
        self._kept: dict[Hashable, tuple[np.ndarray, ...]] = {}
        self._lock = threading.Lock()

    def get(
        self, key: Hashable, read: Callable[[], tuple[np.ndarray, ...]]
    ) -> tuple[np.ndarray, ...]:
        """Returns a record from the cache, or reads it and keeps it if there is room.

        Args:
          key: identifies the record in the cache.
          read: reads and decodes it.

        Returns:
          Its arrays, which are read-only.
        """
        found = self._kept.get(key)
        return self._keep(key, read()) if found is None else found

    def _keep(self, key: Hashable, found: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        for array in found:
            array.setflags(write=False)
        size = sum(array.nbytes for array in found)
        with self._lock:
            if key in self._kept:  # another thread has read it meanwhile
                return self._kept[key]
            if (self._records - len(self._kept)) * size <= self._room:
                self._room -= size
                self._kept[key] = found
        return found
