"""Finds the landmarks of images in several processes, and resumes after a kill."""

import functools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from tqdm import tqdm

from lanet_jax.errors import UserError
from lanet_jax.faces.find import Face, Finder
from lanet_jax.images.pixels import BrokenImageError, decode
from lanet_jax.landmarks.schemes import SCHEMES
from lanet_jax.shards.dealing import Shard

from ..claim import claim
from . import finished, shard_of_landmarks, sources, summary
from .parts import Parts, Row, Stamp, stamp, write

CHUNK = 64  # images that a kill can lose, for each worker
Landmarker = Callable[[UInt8[np.ndarray, "H W 3"]], Face]


def face_landmarker(scheme: str) -> Landmarker:
    """Loads the models once and returns a function that finds the landmarks of an RGB image.

    Args:
      scheme: order of the landmarks.

    Raises:
      UserError: the models are absent.
    """
    return functools.partial(Finder().largest, scheme=scheme)


def make(
    source: Path,
    out: Path,
    scheme: str = "ibug68",
    workers: int | None = None,
    overwrite: bool = False,
    landmarker: Callable[[str], Landmarker] = face_landmarker,
    chunk: int = CHUNK,
    shard: Shard | None = None,
) -> None:
    """Writes the landmark file of all images of a tree or list, or one shard of it.

    Args:
      source: the tree's root or a CSV file; images are named by their path below its folder.
      out: the landmark file; finished rows are kept in `out`.parts until it is whole.
      scheme: order of the landmarks, a name of `lanet_jax.landmarks.schemes`.
      workers: number of processes; as many as cores by default.
      overwrite: whether to replace a finished file.
      landmarker: called in each process with the scheme; must be importable (not a lambda).
      chunk: images that a worker takes at a time.
      shard: the part that is done here; None for all.

    Raises:
      UserError: there is no image, a finished file holds others or another scheme, the models are
        absent, or a worker was killed.
    """
    whole_file, out = out, shard.file(out) if shard else out
    found = sources.read(source)
    root, names = found.root, found.names
    own = [names[place] for place in shard.places(names)] if shard else names
    if out.exists() and not overwrite:
        finished.check(out, own, scheme, shard is not None)
        print(f"{out} is there already; nothing was done (--overwrite makes it again)")
        return
    landmarker(scheme)  # absent models are reported once, here, not by every worker
    stamps = {name: stamp(root / name) for name in own}
    parts = Parts(out, scheme)
    with claim(parts.folder, f"making {out}"):
        if out.exists() and not overwrite:
            raise UserError(f"{out} was made by another process meanwhile; nothing was done")
        rows = _all_rows(root, stamps, parts, chunk, workers, landmarker)
        if shard:
            shard_of_landmarks.write(whole_file, shard, root, names, rows, scheme)
        else:
            write(out, names, rows, scheme)
        parts.remove()
    own_rows = {name: rows[name] for name in stamps}
    said = summary.lines(own_rows, found.tree, found.missing)
    print("\n" + "\n".join(said) + f"\n\nwrote {out}")


def _all_rows(
    source: Path,
    stamps: Mapping[str, Stamp],
    parts: Parts,
    chunk: int,
    workers: int | None,
    landmarker: Callable[[str], Landmarker],
) -> dict[str, Row]:
    """The finished rows and the others, which are stored in parts as they are found."""
    rows = {name: row for name, row in parts.read().items() if stamps.get(name) == row.stamp}
    left = [name for name in stamps if name not in rows]
    with tqdm(total=len(stamps), initial=len(rows), desc="landmarks", unit=" images") as progress:
        for found in _in_parallel(source, stamps, left, chunk, parts.scheme, workers, landmarker):
            parts.add(found)
            rows.update(found)
            progress.update(len(found))
    return rows


def _in_parallel(
    source: Path,
    stamps: Mapping[str, Stamp],
    names: Sequence[str],
    chunk: int,
    scheme: str,
    workers: int | None,
    landmarker: Callable[[str], Landmarker],
) -> Iterator[dict[str, Row]]:
    """The rows of each chunk as it is finished, in any order."""
    chunks = [names[start : start + chunk] for start in range(0, len(names), chunk)]
    count = min(workers or os.cpu_count() or 1, len(chunks))
    if not count:
        return
    with ProcessPoolExecutor(
        count,
        # A forked process would inherit threads and locks of this one.
        multiprocessing.get_context("spawn"),
        initializer=_start_worker,
        initargs=(landmarker, scheme),
    ) as pool:
        try:
            tasks = [
                pool.submit(_rows, source, {name: stamps[name] for name in own}) for own in chunks
            ]
            for task in as_completed(tasks):
                yield task.result()
        except BrokenProcessPool:
            raise UserError(
                "a worker was killed (out of memory?); finished rows are kept: run the same "
                "command again, maybe with fewer --workers"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


class _Worker:
    """What a worker process keeps between chunks."""

    landmarker: Landmarker
    points: int


def _start_worker(landmarker: Callable[[str], Landmarker], scheme: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent answers Ctrl-C
    threading.Thread(target=_end_with_parent, daemon=True).start()
    cv2.setNumThreads(1)
    _Worker.landmarker, _Worker.points = landmarker(scheme), SCHEMES[scheme].points


def _end_with_parent() -> None:
    # Otherwise a worker whose parent was killed would wait for its next chunk forever.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _rows(source: Path, stamps: Mapping[str, Stamp]) -> dict[str, Row]:
    return {name: _row(source / name, stamp) for name, stamp in stamps.items()}


def _row(file: Path, stamp: Stamp) -> Row:
    try:
        pixels = decode(file.read_bytes())
    except (BrokenImageError, OSError, cv2.error):
        points = np.full((_Worker.points, 2), np.nan, np.float32)
        return Row(stamp, points, ok=False, spread=np.inf, score=0.0, broken=True)
    face = _Worker.landmarker(pixels)
    points = face.landmarks.astype(np.float32)
    return Row(stamp, points, ok=face.ok, spread=face.mirror_distance, score=face.score)
