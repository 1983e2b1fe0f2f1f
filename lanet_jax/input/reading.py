"""How records are read, whoever reads them."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Reading:
    """What every pass over records is told.

    Attributes:
      batch: B, over all hosts.
      stored_size: side in pixels that the host brings images to; 0 leaves them as stored.
      threads: worker threads that read and decode.
    """

    batch: int
    stored_size: int
    threads: int
