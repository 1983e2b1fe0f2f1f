"""Fields of a prepared record, and the builder that makes a TFDS dataset of records."""

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_datasets as tfds
from jaxtyping import Bool, Float, Int
from tqdm import tqdm


@dataclasses.dataclass(frozen=True)
class Record:
    """One image with what is known about it.

    Attributes:
      id: rank of its name in the whole dataset, all splits together, from 0.
      name: unique within the dataset; noise files and landmark files refer to it.
      image: the encoded image (JPEG or PNG), or a function that reads it when it is written.
      label: index into the dataset's classes.
      landmarks: x and y in [0, 1] of the image's width and height; None if none are known.
      present: which landmarks are known; None for all of them.
      votes: how many annotators chose each of the dataset's vote columns.
    """

    id: int
    name: str
    image: bytes | Callable[[], bytes]
    label: int
    landmarks: Float[np.ndarray, "L 2"] | None = None
    present: Bool[np.ndarray, " L"] | None = None
    votes: Int[np.ndarray, " V"] | None = None


@dataclasses.dataclass(frozen=True)
class Schema:
    """What all records of a dataset share; `metadata.json` of the prepared folder holds it.

    Attributes:
      classes: class names in canonical order (`lanet_jax.classes`).
      points: number of landmarks L, 0 when the dataset has none.
      scheme: order of the landmarks, a name of `lanet_jax.landmarks.schemes` or of the data's own.
      flip_index: which point lands at j after a horizontal mirror, for each of the L points.
      votes: names of the vote columns.
    """

    classes: Sequence[str]
    points: int = 0
    scheme: str = ""
    flip_index: Sequence[int] = ()
    votes: Sequence[str] = ()


def features(
    classes: Sequence[str], points: int = 0, votes: Sequence[str] = ()
) -> tfds.features.FeaturesDict:
    """Features of a prepared dataset.

    Args:
      classes: class names in canonical order.
      points: number of landmarks L, 0 for a dataset without any.
      votes: names of the vote columns, empty for a dataset without any.

    Returns:
      The features; `landmarks` and `present` only where L > 0, `votes` only where V > 0.
    """
    fields: dict[str, Any] = {
        "id": np.int64,
        "name": tfds.features.Text(),
        "image": tfds.features.Image(shape=(None, None, 3)),
        "label": tfds.features.ClassLabel(names=list(classes)),
    }
    if points:
        fields["landmarks"] = tfds.features.Tensor(shape=(points, 2), dtype=np.float32)
        fields["present"] = tfds.features.Tensor(shape=(points,), dtype=np.bool_)
    if votes:
        fields["votes"] = tfds.features.Tensor(shape=(len(votes),), dtype=np.int32)
    return tfds.features.FeaturesDict(fields)


def metadata(schema: Schema) -> tfds.core.MetadataDict:
    """Contents of the prepared folder's `metadata.json`, in the form that TFDS expects."""
    return tfds.core.MetadataDict(
        classes=list(schema.classes),
        scheme=schema.scheme,
        flip_index=[int(j) for j in schema.flip_index],
        votes=list(schema.votes),
    )


def example(record: Record, schema: Schema) -> dict[str, Any]:
    """A record as an example for `features`; unknown landmarks become zeros."""
    fields: dict[str, Any] = {
        "id": record.id,
        "name": record.name,
        "image": record.image() if callable(record.image) else record.image,
        "label": record.label,
    }
    if schema.points:
        known = record.landmarks is not None
        landmarks = record.landmarks if known else np.zeros((schema.points, 2))
        present = record.present if record.present is not None else np.full(schema.points, known)
        fields["landmarks"] = np.asarray(landmarks, np.float32)
        fields["present"] = np.asarray(present, np.bool_)
    if schema.votes:
        fields["votes"] = np.asarray(record.votes, np.int32)
    return fields


class RecordsBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):  # type: ignore[call-arg]  # TFDS takes it
    """A TFDS builder whose splits are given as records.

    Subclass it as `Builder` in the dataset's package, next to README.md, CITATIONS.bib and
    TAGS.txt, and give it a VERSION.

    Args:
      schema: what all records share.
      splits: the records of each split.
      **kwargs: as for any TFDS builder (`data_dir`, `config`, `file_format`).
    """

    VERSION = tfds.core.Version("1.0.0")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # TFDS would derive it from the module's name, which is not its path in a checkout.
        cls.pkg_dir_path = Path(inspect.getfile(cls)).parent

    def __init__(
        self, *, schema: Schema, splits: Mapping[str, Iterable[Record]], **kwargs: Any
    ) -> None:
        self._schema = schema
        self._splits = splits
        kwargs.setdefault("file_format", "array_record")
        super().__init__(**kwargs)

    def _info(self) -> tfds.core.DatasetInfo:
        schema = self._schema
        return self.dataset_info_from_configs(
            features=features(schema.classes, schema.points, schema.votes),
            metadata=metadata(schema),
            supervised_keys=("image", "label"),
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager) -> dict[str, Iterator]:
        del dl_manager  # Every source lies on this machine already.
        return {split: self._generate_examples(split) for split in self._splits}

    def _generate_examples(self, split: str) -> Iterator[tuple[str, dict]]:
        for record in tqdm(self._splits[split], desc=f"writing {split}", unit=" images"):
            yield record.name, example(record, self._schema)
