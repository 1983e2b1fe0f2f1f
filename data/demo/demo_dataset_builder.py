"""The demo as a TFDS dataset: faces are generated, nothing is downloaded."""

from collections.abc import Iterator
from typing import Any

import tensorflow_datasets as tfds

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.errors import UserError
from lanet_jax.landmarks.schemes import SCHEMES

from ..record_fields import Record, RecordsBuilder, Schema
from .drawing import draw

_SCHEME = SCHEMES["ibug68"]


class Builder(RecordsBuilder):
    """Synthetic faces with exact landmarks and label distributions.

    A record depends on its split and index alone, so a smaller set is the start of a larger one.

    Args:
      train: number of training images.
      test: number of test images.
      size: width and height of the images in pixels.
      **kwargs: as for any TFDS builder (`data_dir`, `file_format`).

    Raises:
      UserError: a number of images or the size is out of range.
    """

    VERSION = tfds.core.Version("2.0.0")
    RELEASE_NOTES = {  # noqa: RUF012  (TFDS reads the class attribute)
        "1.0.0": "First drawing.",
        "2.0.0": "Clearer: less turned, blurred and shaded, and more expressive.",
    }

    def __init__(
        self, *, train: int = 6000, test: int = 2000, size: int = 48, **kwargs: Any
    ) -> None:
        for option, value, least, most in (
            ("train", train, 1, 999_999),
            ("test", test, 1, 999_999),
            ("size", size, 24, 256),
        ):
            if not least <= value <= most:
                raise UserError(
                    f"--{option} {value}: demo draws {least} to {most}; choose one of these"
                )
        schema = Schema(
            classes=EXPRESSIONS,
            points=_SCHEME.points,
            scheme="ibug68",
            flip_index=_SCHEME.flip_index,
            votes=EXPRESSIONS,
        )
        # Ids follow sorted names, so test comes first.
        splits = {
            "train": _records("train", train, test, size),
            "test": _records("test", test, 0, size),
        }
        super().__init__(schema=schema, splits=splits, **kwargs)


def _records(split: str, count: int, first_id: int, size: int) -> Iterator[Record]:
    for index in range(count):
        drawing = draw(split, index, size)
        yield Record(
            id=first_id + index,
            name=f"{split}_{index:06d}.png",
            image=drawing.png(),
            label=drawing.label,
            landmarks=drawing.landmarks,
            present=drawing.present,
            votes=drawing.votes,
        )
