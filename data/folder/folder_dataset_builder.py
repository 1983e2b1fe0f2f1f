"""Any tree of images or CSV file as a TFDS dataset."""

from typing import Any

import tensorflow_datasets as tfds

from ..record_fields import RecordsBuilder


class Builder(RecordsBuilder):
    """Images of the user's own, under a name of the user's own.

    Args:
      name: name of the prepared dataset.
      **kwargs: as for `RecordsBuilder`.
    """

    VERSION = tfds.core.Version("1.0.0")

    def __init__(self, *, name: str = "folder", **kwargs: Any) -> None:
        self.name = name  # before TFDS derives paths from it
        super().__init__(**kwargs)
