"""Labelled faces without a run: a folder, a CSV list or a prepared dataset, as records."""

import contextlib
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lanet_jax.data.folder import source as folder_source
from lanet_jax.data.images import BrokenImageError
from lanet_jax.data.images import read as read_image
from lanet_jax.data.listing import Item, drop_missing, keep_first
from lanet_jax.errors import UserError
from lanet_jax.images.image_bytes import is_whole
from lanet_jax.input import prepared, records
from lanet_jax.input.memory import Memory
from lanet_jax.input.records import Records
from lanet_jax.label_noise.array_checks import check_enough
from lanet_jax.shards import shard_file

_MARK = "dataset_info.json"  # what TFDS leaves in each version of a prepared dataset


@dataclasses.dataclass(frozen=True)
class _Files(Sequence[dict[str, Any]]):
    """Image files, each read when it is asked for."""

    items: Sequence[Item]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, place: int) -> dict[str, Any]:  # type: ignore[override]  # no slices are asked for
        item = self.items[place]
        with contextlib.suppress(BrokenImageError):
            encoded = read_image(item.image)
            if is_whole(encoded):
                return {"image": encoded}
        raise UserError(
            f"{item.image}: truncated, too large or not an image: fix or remove the file"
        )


def load(source: Path, data_dir: Path, split: str, classes: str = "") -> Records:
    """Opens what is to be audited.

    Args:
      source: a folder of [split/]class/image, a CSV file of path,label[,split], the folder of a
        prepared dataset, or the name of one.
      data_dir: where a dataset is looked for by its name.
      split: the split to open; "" is train of a prepared dataset, and all of the others.
      classes: of a folder or CSV file: `WRITTEN=CLASS,...`, other names for classes.

    Returns:
      Its records.

    Raises:
      UserError: there is no such source, it is damaged, or it is too little to be audited.
    """
    found = _opened(source, data_dir, split, classes)
    check_enough(len(found), len(found.classes), len(np.unique(found.labels)))
    return found


def _opened(source: Path, data_dir: Path, split: str, classes: str) -> Records:
    for folder in (source, data_dir / source):
        is_version, has_version = (folder / _MARK).is_file(), any(folder.glob(f"*/{_MARK}"))
        if classes and (is_version or has_version):
            raise UserError(f"--classes: {folder} is prepared; prepare it again with them")
        if is_version:
            return records.open_split(folder, split or "train")
        if has_version:
            newest = prepared.newest_version(folder.parent, folder.name)
            return records.open_split(newest, split or "train")
    if not source.exists():
        raise UserError(
            f"{source}: no such folder or list, nor a prepared dataset of that name in {data_dir}"
        )
    return _listed(source, split, classes)


def _listed(source: Path, split: str, classes: str) -> Records:
    listing = folder_source.list_source(source, classes=classes, alike=False)
    keep_first(listing)
    drop_missing(listing)
    if split and split not in listing.splits:
        raise UserError(f"{source} has no split {split!r}, it has: {', '.join(listing.splits)}")
    chosen = [split] if split else list(listing.splits)
    items = [item for name in chosen for item in listing.splits[name]]
    for kind, entries in listing.notes.items():
        print(f"{kind}: {len(entries)}, the first is {entries[0][1]}")
    for remark in listing.remarks:
        print(remark)
    return Records(
        sources=(_Files(items),),
        source=np.zeros(len(items), np.int64),
        position=np.arange(len(items)),
        names=tuple(item.name for item in items),
        labels=np.array([item.label for item in items], np.int64),
        classes=listing.classes,
        landmarks=0,
        scheme="",
        flip_index=(),
        votes=None,
        vote_names=(),
        memory=Memory(len(items)),
    )


def marks(faces: Records) -> list[str]:
    """Tells faces apart that have the same names: by checksums or, of files, by their sizes.

    Args:
      faces: faces from `load`.

    Returns:
      A text for each.
    """
    if faces.digests is not None:
        return [digest.tobytes().hex() for digest in faces.digests]
    places = zip(faces.source, faces.position, strict=True)
    return shard_file.marks(faces.sources[s].items[p].image for s, p in places)  # type: ignore[attr-defined]  # `_listed` made them
