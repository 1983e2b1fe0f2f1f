"""What the encoders of a marked film have in common."""

from typing import Protocol

import numpy as np
from jaxtyping import UInt8

Picture = UInt8[np.ndarray, "H W 3"]


class UnwrittenError(Exception):
    """Says in a few words why a film could not be written."""


class Encoder(Protocol):
    """Writes the frames of one file, all of one size; raises `UnwrittenError`."""

    @property
    def lost_sound(self) -> str:
        """Why a sound track of the original is missing; "" if none is."""

    def add(self, image: Picture, time: float) -> None:
        """Appends an RGB frame with even sides, shown from `time` (in seconds)."""

    def close(self) -> None:
        """Completes the file."""
