"""A prepared split as a table in memory and images on disk."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow_datasets as tfds
from jaxtyping import Bool, Float, Int, UInt8

from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded
from lanet_jax.images import pixels
from lanet_jax.input import prepared, records_table
from lanet_jax.input.memory import Memory

_GREY = 8  # of 255


class Landmarks(NamedTuple):
    """The landmarks of all records, in the stored images.

    Attributes:
      points: x and y in fractions of the image's width and height.
      present: which landmarks are known.
      aspect: width over height of each image.
    """

    points: Float[np.ndarray, "N L 2"]
    present: Bool[np.ndarray, "N L"]
    aspect: Float[np.ndarray, " N"]

    def take(self, rows: Int[np.ndarray, " M"]) -> "Landmarks":
        """The landmarks of the records `rows`, in that order."""
        return Landmarks(*(values[rows] for values in self))


@dataclasses.dataclass(frozen=True)
class Records:
    """Records of one or several prepared splits, in the order of their ids.

    Attributes:
      sources: the opened splits.
      source: index into `sources` of each record.
      position: its index there.
      names: its name, unique in a dataset.
      labels: its label in the dataset.
      classes: class names, in canonical order.
      landmarks: number of landmarks, L; 0 where the data has none.
      scheme: name of the landmark scheme.
      flip_index: index of the point that lands at j after a mirror; empty where not known.
      votes: annotator votes; None where the data has none.
      vote_names: names of the columns of `votes`.
      memory: cache of decoded records.
      marks: the landmarks of all records; None where the data has none.
      digests: SHA-256 of each stored image; None where they are not known.
      stored: labels as the table beside the shards has them; None with the digests.
    """

    sources: tuple[Sequence[dict[str, Any]], ...]
    source: Int[np.ndarray, " N"]
    position: Int[np.ndarray, " N"]
    names: tuple[str, ...]
    labels: Int[np.ndarray, " N"]
    classes: tuple[str, ...]
    landmarks: int
    scheme: str
    flip_index: tuple[int, ...]
    votes: Int[np.ndarray, "N V"] | None
    vote_names: tuple[str, ...]
    memory: Memory
    marks: Landmarks | None = None
    digests: UInt8[np.ndarray, "N 32"] | None = None
    stored: Int[np.ndarray, " N"] | None = None

    def __len__(self) -> int:
        return len(self.names)

    def take(self, rows: Int[np.ndarray, " M"]) -> "Records":
        """The records `rows`, in that order."""
        return dataclasses.replace(
            self,
            source=self.source[rows],
            position=self.position[rows],
            names=tuple(self.names[row] for row in rows),
            labels=self.labels[rows],
            votes=None if self.votes is None else self.votes[rows],
            marks=None if self.marks is None else self.marks.take(rows),
            digests=None if self.digests is None else self.digests[rows],
            stored=None if self.stored is None else self.stored[rows],
        )

    def read(
        self, row: int, size: int, resample: str = "linear"
    ) -> tuple[UInt8[np.ndarray, "H W 3"], Float[np.ndarray, "L 2"], Bool[np.ndarray, " L"]]:
        """Reads and decodes one record, or takes it from memory.

        Args:
          row: index of the record, 0 .. N-1.
          size: side in pixels to which the image is resized; 0 leaves it as stored.
          resample: how, see `pixels.resized`.

        Returns:
          RGB pixels, landmarks in [0, 1], and which of them are known; all read-only.

        Raises:
          UserError: the image does not decode, or the file was changed since it was opened.
        """
        source, position = int(self.source[row]), int(self.position[row])
        key = (source, position, size, resample)
        return self.memory.get(key, lambda: self._decoded(row, size, resample))  # type: ignore[return-value]  # its arrays

    def _stored(self, row: int) -> dict[str, Any]:
        what = "was truncated or changed while it was read"
        try:
            record = self.sources[int(self.source[row])][int(self.position[row])]
        except UserError:
            raise
        except Exception as error:  # ArrayRecord and protobuf each have their own
            record, what = {"image": None}, f"is damaged ({str(error).partition(chr(10))[0][:200]})"
        image = record["image"]  # None is what TFDS makes of what ArrayRecord cannot read
        if image is not None and self.digests is not None and self.stored is not None:
            other = records_table.difference(record, self.digests[row], self.stored[row])
            if other:
                image, what = None, f"holds another {other} than the table beside it says"
        if image is None:
            raise UserError(
                f"{self.names[row]}: its file of prepared data {what}; {prepared.ADVICE}, then "
                "run the same command again"
            )
        return record

    def _decoded(self, row: int, size: int, resample: str) -> tuple[np.ndarray, ...]:
        record = self._stored(row)
        image = decode(record["image"], self.names[row])
        if size:
            image = pixels.resized(image, size, resample)
        if not self.landmarks:
            return image, np.zeros((0, 2), np.float32), np.zeros(0, bool)
        return image, record["landmarks"], record["present"]


def decode(encoded: bytes, name: str) -> UInt8[np.ndarray, "H W 3"]:
    """Decodes a stored image, as prediction would decode the file.

    Args:
      encoded: the file's bytes.
      name: name of the record, for errors.

    Returns:
      RGB pixels.

    Raises:
      UserError: it does not decode.
    """
    try:
        return pixels.decode(encoded)
    except pixels.BrokenImageError as error:
        raise UserError(
            f"{name}: the stored image cannot be read ({error}; {len(encoded)} bytes): "
            "fix the source file and run `lanet prepare` again with --overwrite"
        ) from None


def looks_grey(records: Records, sample: int = 48) -> bool:
    """Whether the images have no colours, judged by a few of them.

    Args:
      records: the records; a few are read, evenly spread so that each mixed dataset is seen.
      sample: number of images to read.

    Returns:
      True if the channels of all these differ no more than JPEG compression makes grey ones differ.

    Raises:
      UserError: one of them does not decode.
    """
    rows = np.unique(np.linspace(0, len(records) - 1, min(sample, len(records))).astype(int))
    return all(int(np.ptp(records.read(int(r), 0)[0], axis=2).max()) <= _GREY for r in rows)


def load(data_dir: str, name: str, split: str) -> Records:
    """Opens a prepared split.

    Args:
      data_dir: folder of prepared datasets.
      name: dataset, with its configuration if it has one, as in "ferplus/argmax8".
      split: "train", "valid" or "test".

    Returns:
      Its records in the order of their ids.

    Raises:
      UserError: the dataset or the split is not there.
    """
    return open_split(prepared.newest_version(expanded(data_dir), name), split)


def open_split(folder: Path, split: str) -> Records:
    """Opens a split of one version of a prepared dataset; see `load`.

    Args:
      folder: DATA_DIR/NAME[/CONFIG]/VERSION.
      split: "train", "valid" or "test".

    Returns:
      Its records in the order of their ids.

    Raises:
      UserError: the split is not there, or the folder is damaged.
    """
    builder, metadata = prepared.open_builder(folder)
    prepared.require_split(folder, builder, split)
    skip = {"image": tfds.decode.SkipDecoding()}
    try:
        source = builder.as_data_source(split, decoders=skip)
        found = records_table.of(folder, builder, split)
    except UserError:
        raise
    except Exception as error:  # ArrayRecord, protobuf and TFDS each have their own
        raise prepared.damaged(folder, error) from error
    classes = tuple(metadata["classes"])
    if len(source) != len(found.names):
        raise prepared.damaged(folder, ValueError("its table is of other records"))
    if len(found.label) and not 0 <= found.label.min() <= found.label.max() < len(classes):
        raise prepared.damaged(folder, ValueError("a label is not one of the classes"))
    order = np.argsort(found.id, kind="stable")
    votes = tuple(metadata["votes"])
    marked = "landmarks" in builder.info.features
    return Records(
        sources=(source,),
        source=np.zeros(len(order), np.int64),
        position=order,
        names=tuple(found.names[i] for i in order),
        labels=found.label[order].astype(np.int64),
        classes=classes,
        landmarks=found.landmarks.shape[1],
        scheme=metadata["scheme"],
        flip_index=tuple(metadata["flip_index"]),
        votes=found.votes[order] if votes else None,
        vote_names=votes,
        memory=Memory(len(order)),
        marks=Landmarks(found.landmarks[order], found.present[order], found.aspect[order])
        if marked and len(order)
        else None,
        digests=found.image[order],
        stored=found.label[order],
    )
