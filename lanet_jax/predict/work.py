"""Processes frames one by one: read, predict or remember, draw, write the rows."""

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from tqdm import tqdm

from lanet_jax.predict import sources
from lanet_jax.predict.face_rows import Row
from lanet_jax.predict.given import Item
from lanet_jax.predict.journal import Journal
from lanet_jax.predict.pictures import Pictures
from lanet_jax.predict.predictor import Predictor
from lanet_jax.predict.sources import Frame


def work(
    network: Predictor, items: Sequence[Item], faces: str, kept: Journal, drawn: Pictures
) -> None:
    """Predicts items, and writes rows and pictures, frame by frame.

    Args:
      network: finds and classifies the faces of frames.
      items: items that are not done yet. A film that an interrupted run left half done is drawn
        again, but only its remaining frames are predicted.
      faces: `detect` or `whole`.
      kept: journal for the rows.
      drawn: writer of the pictures.

    Raises:
      UserError: the face models are absent.
      OSError: the disk is full.
    """
    current: Item | None = None
    with tqdm(desc="predict", unit=" pictures") as progress:
        for frame, rows, is_new in _in_order(network, items, faces, kept):
            if current is not None and frame.item is not current:
                _end(current, kept, drawn)
            current = frame.item
            note = drawn.add(frame, rows)
            if is_new:
                kept.add(frame, _noted(rows, note))
            progress.update()
        if current is not None:
            _end(current, kept, drawn)


def _in_order(
    network: Predictor, items: Sequence[Item], faces: str, kept: Journal
) -> Iterator[tuple[Frame, list[Row], bool]]:
    """Each frame with its rows, and whether these are new; unfinished items come first."""
    begun_first = sorted(items, key=lambda item: not kept.is_begun(item))
    frames = sources.frames(begun_first)
    for frame in frames:
        rows = kept.known(frame)
        if rows is None:
            rest = network.stream(itertools.chain([frame], frames), faces)
            yield from ((fresh, found, True) for fresh, found in rest)
            return
        yield frame, rows, False


def _end(item: Item, kept: Journal, drawn: Pictures) -> None:
    drawn.end(item)
    kept.end(item)


def _noted(rows: list[Row], note: str) -> list[Row]:
    if not note:
        return rows
    first = dataclasses.replace(rows[0], note="; ".join(filter(None, (rows[0].note, note))))
    return [first, *rows[1:]]
