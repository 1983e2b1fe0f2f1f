"""Everything about the records of a prepared split except pixels, in a file beside its shards.

Without it every start would read all images of a split just for names and labels.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_datasets as tfds
from jaxtyping import Bool, Float, Int, UInt8

from lanet_jax.errors import UserError
from lanet_jax.files.home import expanded
from lanet_jax.files.npz import read_npz, write_npz
from lanet_jax.images import pixels
from lanet_jax.input import prepared

_TEXTS = ("names", "shards")  # stored as JSON in UTF-8


@dataclasses.dataclass(frozen=True)
class Table:
    """The records of a split, in the order in which its shards hold them.

    Attributes:
      id: numbers by which the records are ordered.
      names: names, unique in the dataset.
      label: indices into the classes.
      votes: annotator votes; V is 0 where the data has none.
      landmarks: x and y in [0, 1]; L is 0 where the data has none.
      present: which landmarks are known.
      aspect: width over height of the image.
      image: SHA-256 of the stored image's bytes.
    """

    id: Int[np.ndarray, " N"]
    names: tuple[str, ...]
    label: Int[np.ndarray, " N"]
    votes: Int[np.ndarray, "N V"]
    landmarks: Float[np.ndarray, "N L 2"]
    present: Bool[np.ndarray, "N L"]
    aspect: Float[np.ndarray, " N"]
    image: UInt8[np.ndarray, "N 32"]


def of(folder: Path, builder: tfds.core.DatasetBuilder, split: str) -> Table:
    """The table of a split: from its file, or from the shards where there is none.

    Args:
      folder: folder of the prepared dataset.
      builder: opened from it.
      split: a split that the dataset has.

    Returns:
      The table.

    Raises:
      UserError: the file is damaged or belongs to other shards.
    """
    path = _path(folder, split)
    return _read(path, folder, split) if path.exists() else _of_shards(builder, split)


def write(folder: Path) -> None:
    """Writes the tables of all splits of a prepared dataset.

    Args:
      folder: folder of the dataset, complete except for them.
    """
    builder, _ = prepared.open_builder(folder)
    for split in builder.info.splits:
        columns = dataclasses.asdict(_of_shards(builder, split))
        columns["shards"] = _shards(folder, split)
        texts = {name: _bytes(json.dumps(columns.pop(name))) for name in _TEXTS}
        write_npz(_path(folder, split), {**columns, **texts})


def names_elsewhere(data_dir: str, name: str, split: str) -> list[str]:
    """Names of the records in a prepared dataset's other splits.

    Args:
      data_dir: folder of prepared datasets.
      name: dataset, with its configuration if it has one.
      split: the split to leave out.

    Returns:
      The names.

    Raises:
      UserError: the dataset is not there, or damaged.
    """
    folder = prepared.newest_version(expanded(data_dir), name)
    builder, _ = prepared.open_builder(folder)
    try:
        others = [of(folder, builder, other) for other in builder.info.splits if other != split]
    except UserError:
        raise
    except Exception as error:  # ArrayRecord, protobuf and TFDS each have their own
        raise prepared.damaged(folder, error) from error
    return [own for found in others for own in found.names]


def difference(record: Mapping[str, Any], digest: UInt8[np.ndarray, "32"], label: int) -> str:
    """What of a stored record is not as its table says.

    Args:
      record: the record; its image encoded.
      digest: the image's digest in the table.
      label: its label in the table.

    Returns:
      "image" or "label"; empty if both agree.
    """
    if not np.array_equal(image_digest(record["image"]), digest):
        return "image"
    return "label" if int(record["label"]) != label else ""


def image_digest(encoded: bytes) -> UInt8[np.ndarray, "32"]:
    """The digest of a stored image in a table."""
    return _bytes(hashlib.sha256(encoded).digest())


def _path(folder: Path, split: str) -> Path:
    return folder / f"table-{split}.npz"


def _shards(folder: Path, split: str) -> dict[str, int]:
    """The sizes of a split's files by name."""
    return {p.name: p.stat().st_size for p in sorted(folder.glob(f"*-{split}.array_record-*"))}


def _read(path: Path, folder: Path, split: str) -> Table:
    arrays: dict[str, Any] = dict(read_npz(path))
    try:
        texts = {name: json.loads(arrays.pop(name).tobytes()) for name in _TEXTS}
        found = Table(**{**arrays, "names": tuple(texts["names"])})
        count = len(found.names)
        kinds = {"id": "iu", "label": "iu", "votes": "iu", "landmarks": "f", "present": "b"}
        kinds |= {"aspect": "f", "image": "u"}
        whole = all(
            len(arrays[name]) == count and arrays[name].dtype.kind in kind
            for name, kind in kinds.items()
        )
        whole = whole and found.image.shape == (count, 32) and found.landmarks.ndim == 3
    except (ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise UserError(f"{path} is not a table of records; {prepared.ADVICE}")
    if texts["shards"] != _shards(folder, split):
        raise UserError(
            f"{path} is not of the files of split {split!r} beside it; {prepared.ADVICE}"
        )
    return found


def _of_shards(builder: tfds.core.DatasetBuilder, split: str) -> Table:
    skip = {"image": tfds.decode.SkipDecoding()}
    rows = [_row(record) for record in builder.as_data_source(split, decoders=skip)]
    shapes = {name: builder.info.features[name].shape for name in _optional(builder)}
    columns: dict[str, Any] = {
        "id": np.array([row["id"] for row in rows], np.int64),
        "label": np.array([row["label"] for row in rows], np.int64),
        "aspect": np.array([row["aspect"] for row in rows], np.float32),
        "image": _stacked(rows, "image", (32,), np.uint8),
        "votes": _stacked(rows, "votes", shapes.get("votes", (0,)), np.int64),
        "landmarks": _stacked(rows, "landmarks", shapes.get("landmarks", (0, 2)), np.float32),
        "present": _stacked(rows, "present", shapes.get("present", (0,)), bool),
    }
    return Table(names=tuple(row["name"] for row in rows), **columns)


def _optional(builder: tfds.core.DatasetBuilder) -> list[str]:
    return [name for name in ("votes", "landmarks", "present") if name in builder.info.features]


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    width, height = pixels.upright_size(record["image"]) or (1, 1)
    return {
        **{key: value for key, value in record.items() if key != "image"},
        "name": _text(record["name"]),
        "aspect": width / max(height, 1),
        "image": image_digest(record["image"]),
    }


def _stacked(
    rows: Sequence[Mapping[str, Any]], name: str, shape: Sequence[int], kind: Any
) -> np.ndarray:
    absent = np.zeros(shape, kind)
    values = [np.asarray(row.get(name, absent), kind) for row in rows]
    return np.stack(values) if values else np.zeros((0, *shape), kind)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _bytes(data: bytes | str) -> UInt8[np.ndarray, " n"]:
    return np.frombuffer(data.encode() if isinstance(data, str) else data, np.uint8)
