"""How records are read, by training, evaluation and the commands."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Reading:
    """Settings of every pass over records.

    Attributes:
      batch: batch size over all hosts, B.
      stored_size: side in pixels to which the host resizes images; 0 leaves them as stored.
      threads: worker threads that read and decode.
      resample: how the host resizes, see `pixels.resized`.
      grey: whether the host takes the colours out, for a network that was trained without any.
    """

    batch: int
    stored_size: int
    threads: int
    resample: str = "linear"
    grey: bool = False
