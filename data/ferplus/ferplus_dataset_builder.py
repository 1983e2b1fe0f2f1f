"""FER+ as a TFDS dataset."""

import tensorflow_datasets as tfds

from ..record_fields import RecordsBuilder
from .source import config_name
from .votes import RULES


class Builder(RecordsBuilder):
    """FER+; one config for each rule that turns votes into a label, with 8 or 7 classes."""

    VERSION = tfds.core.Version("1.0.0")
    BUILDER_CONFIGS = [  # noqa: RUF012  (TFDS reads the class attribute)
        tfds.core.BuilderConfig(
            name=config_name(labels, classes),
            description=f"label rule {labels}, {classes} classes",
        )
        for classes in (8, 7)
        for labels in RULES
    ]
