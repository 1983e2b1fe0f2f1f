"""Decoded records that stay in memory, so that a run decodes each of them once.

A reader is bound by Python: some thousand records a second, however many threads. That is enough
for a CPU's step; a GPU takes more.
"""

import threading
from collections.abc import Callable, Hashable

import numpy as np

LIMIT = 1 << 30  # bytes for a split; RAF-DB and FERPlus fit, AffectNet does not


class Memory:
    """Records that were read, by key; none of them where all together would be too large.

    Args:
      records: how many there are.
      limit: bytes that they may take.
    """

    def __init__(self, records: int, limit: int = LIMIT) -> None:
        self._records, self._room = records, limit
        self._kept: dict[Hashable, tuple[np.ndarray, ...]] = {}
        self._lock = threading.Lock()

    def get(
        self, key: Hashable, read: Callable[[], tuple[np.ndarray, ...]]
    ) -> tuple[np.ndarray, ...]:
        """What was kept under a key, or what `read` gives, which is kept then if there is room.

        Args:
          key: of the record.
          read: reads and decodes it.

        Returns:
          Its arrays, which nobody may write to.
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
