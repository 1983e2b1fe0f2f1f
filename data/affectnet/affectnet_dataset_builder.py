"""AffectNet as a TFDS dataset."""

import tensorflow_datasets as tfds

from ..record_fields import RecordsBuilder
from .source import config_name


class Builder(RecordsBuilder):
    """AffectNet; one config for each class count."""

    VERSION = tfds.core.Version("1.0.0")
    BUILDER_CONFIGS = [  # noqa: RUF012  (TFDS reads the class attribute)
        tfds.core.BuilderConfig(name=config_name(classes), description=f"{classes} classes")
        for classes in (8, 7)
    ]
