"""As much of pandas as is looked at, which is not installed for the tests."""

import numpy as np


class Frame(np.ndarray):
    """As much of pandas' data frames and columns as is looked at."""

    columns, index = (), None


def frame(values, columns=(), index=()):
    found = np.asarray(values).view(Frame)
    found.columns, found.index = columns, Index(index)
    return found


class Index(tuple):
    def equals(self, other):
        return tuple(self) == tuple(other)
