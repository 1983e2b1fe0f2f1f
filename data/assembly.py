"""From a listing to records: every image decoded once, every landmark scaled to [0, 1]."""

import functools
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from jaxtyping import Bool, Float
from tqdm import tqdm

from lanet_jax.command_line.words import counted, some
from lanet_jax.errors import UserError
from lanet_jax.images.pixels import BrokenImageError
from lanet_jax.landmarks.schemes import SCHEMES, infer_flip_index

from . import images
from .landmarks import places
from .landmarks.order import check_order
from .landmarks.scheme import check_scheme, remark_unknown
from .landmarks.table import LandmarkTable, find_rows, remark_unused
from .listing import Item, Listing
from .record_fields import Record, Schema

SHOWN = 10
Landmarks = tuple[Float[np.ndarray, "L 2"], Bool[np.ndarray, " L"]]


def look_at_all(listing: Listing) -> dict[str, images.Look]:
    """Decodes every image once.

    Args:
      listing: images of each split.

    Returns:
      Size, length and digest of each image, by item name.

    Raises:
      UserError: some files are truncated or not images; it lists them.
    """
    items = [(split, item) for split, found in listing.splits.items() for item in found]

    def look(entry: tuple[str, Item]) -> images.Look | BrokenImageError:
        try:
            return images.look(entry[1].image)
        except BrokenImageError as error:
            return error

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        progress = tqdm(pool.map(look, items), total=len(items), desc="checking", unit=" images")
        looks = list(progress)
    broken = [
        (item.file, seen)
        for (_, item), seen in zip(items, looks, strict=True)
        if isinstance(seen, BrokenImageError)
    ]
    if broken:
        alone = len(broken) == 1
        raise UserError(
            f"{counted(len(broken), 'file')} "
            f"{'is truncated or not an image' if alone else 'are truncated or not images'}: "
            f"{some((file for file, _ in broken), SHOWN)} (the first: {broken[0][1]}); "
            f"unpack {'it' if alone else 'them'} again, or remove {'it' if alone else 'them'} from "
            "the source"
        )
    return {item.name: seen for (_, item), seen in zip(items, looks, strict=True)}


def assemble(
    listing: Listing,
    looks: Mapping[str, images.Look],
    landmarks: LandmarkTable | None = None,
) -> tuple[Schema, dict[str, list[Record]]]:
    """Turns a listing into records.

    Args:
      listing: images with unique names, all of which exist; it gets remarks on what is odd about
        the landmark file.
      looks: result of `look_at_all`.
      landmarks: a landmark file's contents, which replace the source's own landmarks.

    Returns:
      What all records share, and the records of each split.

    Raises:
      UserError: the landmarks fit no image or lie outside of most, their number differs between
        images or from the scheme's, or they contradict its order.
    """
    items = [item for found in listing.splits.values() for item in found]
    if landmarks is None:
        scheme, known = listing.scheme, _own_landmarks(items, looks)
    else:
        scheme, known = landmarks.scheme, _file_landmarks(landmarks, items, listing, looks)
    # All images with landmarks have as many; `_record` checks it.
    points = next((len(xy) for xy, _ in known.values()), 0)
    ids = {name: number for number, name in enumerate(sorted(item.name for item in items))}
    schema = Schema(
        classes=listing.classes,
        points=points,
        scheme=scheme if points else "",
        flip_index=_flip_index(scheme, known) if points else (),
        votes=listing.votes,
    )
    if points:
        remark_unknown(listing, scheme, points, schema.flip_index)
    return schema, {
        split: [_record(item, ids[item.name], known.get(item.name), schema) for item in found]
        for split, found in listing.splits.items()
    }


def _own_landmarks(items: list[Item], looks: Mapping[str, images.Look]) -> dict[str, Landmarks]:
    return {
        item.name: _known(_shares(item.points, looks[item.name]))
        for item in items
        if item.points is not None
    }


def _file_landmarks(
    table: LandmarkTable,
    items: list[Item],
    listing: Listing,
    looks: Mapping[str, images.Look],
) -> dict[str, Landmarks]:
    found = find_rows(table, items, listing.rows)
    shares = {
        item.name: _shares(table.points[found[item.name]], looks[item.name], table.side)
        for item in items
        if item.name in found
    }
    ok = {name: bool(table.ok[found[name]]) for name in shares}
    places.check_inside(listing, {n: xy for n, xy in shares.items() if ok[n]}, looks)
    known = {}
    for name, xy in shares.items():
        points, present = _known(xy)
        known[name] = points, present & ok[name]
    if not any(present.any() for _, present in known.values()):
        raise UserError(
            f"the landmark file has no point that is known and ok, of {len(known)} images: find "
            "landmarks again, or leave out --landmarks"
        )
    remark_unused(table, found, listing)
    return known


def _shares(
    points: Float[np.ndarray, "L 2"], seen: images.Look, side: int | None = None
) -> Float[np.ndarray, "L 2"]:
    """Points as shares of the image, or of the square of that side that their pixels refer to."""
    size = (side, side) if side else (seen.width, seen.height)
    return np.asarray(points, np.float32) / np.array(size, np.float32)


def _known(xy: Float[np.ndarray, "L 2"]) -> Landmarks:
    present = places.inside(xy)
    return np.nan_to_num(xy, nan=0.0, posinf=0.0, neginf=0.0), present


def _flip_index(scheme: str, known: Mapping[str, Landmarks]) -> tuple[int, ...]:
    count = len(next(iter(known.values()))[0])
    check_scheme(scheme, count)
    if scheme in SCHEMES:
        alike = [face for face in known.values() if len(face[0]) == count]
        points, present = np.stack([xy for xy, _ in alike]), np.stack([seen for _, seen in alike])
        check_order(points, present, scheme)
        return SCHEMES[scheme].flip_index
    total, seen = np.zeros((count, 2)), np.zeros((count, 1))
    for xy, present in known.values():
        total += np.where(present[:, None], xy, 0)
        seen += present[:, None]
    with np.errstate(invalid="ignore"):  # 0 / 0, of a point that no face has
        return tuple(infer_flip_index(total / seen))


def _record(item: Item, number: int, known: Landmarks | None, schema: Schema) -> Record:
    if known is not None and len(known[0]) != schema.points:
        raise UserError(
            f"{item.file} has {len(known[0])} landmarks, other images have {schema.points}"
        )
    image = item.image
    return Record(
        id=number,
        name=item.name,
        # Read only when it is written: a large dataset does not fit in memory.
        image=image if isinstance(image, bytes) else functools.partial(images.read, image),
        label=item.label,
        landmarks=known[0] if known else None,
        present=known[1] if known else None,
        votes=np.asarray(item.votes, np.int32) if item.votes is not None else None,
    )
