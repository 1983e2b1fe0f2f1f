"""Table of what a prepared dataset holds, and lists of what was odd about its source."""

import collections
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

from lanet_jax.files.atomic import csv_text

from .images import Look
from .listing import MISSING, Item, Listing

SHOWN = 3
RECORDS, NO_LANDMARKS, ELSEWHERE = "records", "no landmarks known", "elsewhere"
Group = list[tuple[str, Item]]


def count(folder: Path) -> dict[str, dict[str, int]]:
    """Reads a prepared folder back and counts its records.

    Args:
      folder: DATA_DIR/NAME[/CONFIG]/VERSION.

    Returns:
      Counts by row of the table and by split: records of each class, all records, records without
      landmarks (only where the dataset has landmarks).
    """
    builder = tfds.builder_from_directory(str(folder))
    names = builder.info.features["label"].names
    with_landmarks = "present" in builder.info.features
    rows: dict[str, dict[str, int]] = {name: {} for name in (*names, RECORDS)}
    for split in builder.info.splits:
        labels: collections.Counter[int] = collections.Counter()
        without = 0
        skip_image = {"image": tfds.decode.SkipDecoding()}
        for record in builder.as_data_source(split, decoders=skip_image):
            labels[int(record["label"])] += 1
            without += bool(with_landmarks and not np.any(record["present"]))
        for label, name in enumerate(names):
            rows[name][split] = labels[label]
        rows[RECORDS][split] = labels.total()
        if with_landmarks:
            rows.setdefault(NO_LANDMARKS, {})[split] = without
    return rows


def find_twins(listing: Listing, looks: Mapping[str, Look]) -> list[Group]:
    """Finds images that equal another pixel by pixel, within and across splits.

    Args:
      listing: the images of each split.
      looks: digest of each image, by item name.

    Returns:
      Groups of equal images, each with its split.
    """
    groups: dict[bytes, Group] = collections.defaultdict(list)
    for split, items in listing.splits.items():
        for item in items:
            groups[looks[item.name].digest].append((split, item))
    return [group for group in groups.values() if len(group) > 1]


def note_twins(listing: Listing, groups: Sequence[Group]) -> None:
    """Notes each image with a twin: in its own split, in another split, with another label.

    Args:
      listing: its notes are extended.
      groups: groups of equal images, see `find_twins`.
    """
    for group in groups:
        # The first two of each kind suffice to name a twin; a group may be as large as the dataset.
        in_split, labelled = collections.defaultdict(list), collections.defaultdict(list)
        for split, item in group:
            in_split[split].append(item)
            labelled[item.label].append(item)
        for split, item in group:
            same = next((other for other in in_split[split][:2] if other is not item), None)
            elsewhere = next(
                ((at, twins[0]) for at, twins in in_split.items() if at != split), None
            )
            differing = next((twins[0] for at, twins in labelled.items() if at != item.label), None)
            if same:
                listing.note("exact copy in this split", split, f"{item.name} = {same.name}")
            if elsewhere:
                at, other = elsewhere
                listing.note(
                    "exact copy in another split", split, f"{item.name} = {other.name} ({at})"
                )
            if differing:
                listing.note(
                    "exact copy with another label", split, f"{item.name} = {differing.name}"
                )


def twins_csv(groups: Sequence[Group]) -> str:
    """The twins as CSV, one image per line, so that an evaluation can leave them out."""
    rows = (
        (number, split, item.name, item.label)
        for number, group in enumerate(groups)
        for split, item in group
    )
    return csv_text(("group", "split", "name", "label"), rows)


def table(counts: Mapping[str, Mapping[str, int]], listing: Listing | None = None) -> str:
    """The final table: a column for each split, a row for each class and each kind of fault.

    Faults that belong to no split are counted in a column of their own.

    Args:
      counts: result of `count`.
      listing: the source's listing with its notes; None for a dataset that has no source.

    Returns:
      The table as text.
    """
    splits = list(counts[RECORDS])
    rows = dict(counts)
    told = {} if listing is None else {MISSING: [], **listing.notes}
    for kind, notes in told.items():
        rows[kind] = collections.Counter(
            split if split in splits else ELSEWHERE for split, _ in notes
        )
    if any(ELSEWHERE in row for row in rows.values()):
        splits.append(ELSEWHERE)
    width = max(len(name) for name in rows) + 2
    lines = [" " * width + "".join(f"{split:>10}" for split in splits)]
    lines += [
        f"{name:<{width}}" + "".join(f"{row.get(split, 0):>10,}" for split in splits)
        for name, row in rows.items()
    ]
    return "\n".join(lines)


def lists(listing: Listing, shown: int | None = SHOWN) -> str:
    """The source's oddities as text, the details behind the table's rows.

    Args:
      listing: the source's listing.
      shown: number of entries given for each kind; None for all, one per line.

    Returns:
      The remarks, then the entries of each kind.
    """
    lines = list(listing.remarks)
    for kind, notes in listing.notes.items():
        entries = [f"{split}: {entry}" if split else entry for split, entry in notes]
        if shown is None:
            lines += [f"{kind}:", *(f"  {entry}" for entry in entries)]
        else:
            more = f", and {len(entries) - shown:,} more" if len(entries) > shown else ""
            lines.append(f"{kind}: {', '.join(entries[:shown])}{more}")
    return "\n".join(lines)
