"""RAF-DB as a TFDS dataset."""

import tensorflow_datasets as tfds

from ..record_fields import RecordsBuilder


class Builder(RecordsBuilder):
    """RAF-DB, basic expressions."""

    VERSION = tfds.core.Version("1.0.0")
