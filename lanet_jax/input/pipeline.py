"""Makes batches from records: reads, decodes and stacks them in order, ahead of the step."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import grain
import numpy as np
from jaxtyping import Float, Int, UInt8

from lanet_jax.errors import UserError
from lanet_jax.images import pixels
from lanet_jax.input.reading import Reading
from lanet_jax.input.records import Records
from lanet_jax.input.sampler import epoch_order
from lanet_jax.landmarks.face_frame import Shapes
from lanet_jax.typing import Batch


class Visits:
    """The records that one host reads in a whole run, in order.

    A random-access source for grain: visit i is a pure function of the arguments, so that a run
    resumes by slicing.

    Args:
      records: training records, N.
      labels: observed label of each record.
      batch: batch size over all hosts, B.
      epochs: number of epochs; each drops its incomplete last batch.
      seed: seed of the order, which is the same on every host.
      kind: name of the sampler that draws the order.
      host: index of this host, from 0.
      hosts: number of hosts; each reads its own slice of every batch.
      size: side in pixels to which the host resizes images; 0 leaves them as stored.
      ahead: most batches by which readers may be apart, see `read_ahead`.
      votes: shares of annotator votes to yield besides the labels, one row per record.
      shapes: landmarks to yield instead of those of the image, one row per record.
    """

    def __init__(
        self,
        records: Records,
        labels: Int[np.ndarray, " N"],
        *,
        batch: int,
        epochs: int,
        seed: int,
        kind: str,
        host: int = 0,
        hosts: int = 1,
        size: int = 0,
        ahead: int = 0,
        shapes: Shapes | None = None,
        votes: Float[np.ndarray, "N C"] | None = None,
    ) -> None:
        self._records, self._labels, self._size, self._shapes = records, labels, size, shapes
        self._votes = votes
        self._batch, self._epochs, self._seed, self._kind = batch, epochs, seed, kind
        self._host, self._local = host, batch // hosts
        self._steps = len(records) // batch
        # Epochs by which readers can be apart, plus one for an order that was just begun.
        self._apart = -(-ahead // self._steps) + 1 if self._steps else 1
        self._check = _one_size(records, size)
        self._orders: dict[int, Int[np.ndarray, " N"]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._steps * self._epochs * self._local

    def __getitem__(self, visit: int) -> dict[str, Any]:
        step, place = divmod(int(visit), self._local)
        epoch, step = divmod(step, self._steps)
        row = int(self._order(epoch)[step * self._batch + self._host * self._local + place])
        image, landmarks, present = self._records.read(row, self._size)
        self._check(row, image)
        if self._shapes is not None:
            landmarks, present = self._shapes.points[row], self._shapes.known[row]
        votes = {} if self._votes is None else {"votes": np.float32(self._votes[row])}
        return {
            **votes,
            "id": np.int32(row),
            "image": image,
            "label": np.int32(self._labels[row]),
            "landmarks": landmarks,
            "present": present,
        }

    def _order(self, epoch: int) -> Int[np.ndarray, " N"]:
        with self._lock:  # or every reader would compute it
            order = self._orders.get(epoch)
            if order is None:
                order = epoch_order(self._labels, epoch, self._epochs, self._seed, self._kind)
                self._orders[epoch] = order
                oldest = max(self._orders) - self._apart
                self._orders = {e: o for e, o in self._orders.items() if e >= oldest}
            return order


def read_ahead(threads: int) -> int:
    """The number of batches that readers prepare in advance.

    Args:
      threads: number of worker threads.
    """
    return 4 * threads


def train_batches(visits: Visits, start: int, local_batch: int, threads: int) -> Iterator[Batch]:
    """Yields this host's part of every batch from step `start` to the end of the run.

    Args:
      visits: the records to read.
      start: number of steps already done.
      local_batch: number of records that this host reads per step.
      threads: number of worker threads.

    Returns:
      Stacked numpy batches.
    """
    dataset = grain.MapDataset.source(visits)[start * local_batch :]
    options = grain.ReadOptions(num_threads=threads, prefetch_buffer_size=read_ahead(threads))
    # Batched before it becomes an iterator: after it, threads would each batch their own records.
    return iter(dataset.batch(local_batch).to_iter_dataset(options))


def eval_batches(records: Records, reading: Reading, own: Int[np.ndarray, " b"]) -> Iterator[dict]:
    """Yields all records once, in order; copies of the last record fill up the last batch.

    Args:
      records: the N records of a split.
      reading: how to read them.
      own: rows of a batch that this host reads, see `lanet_jax.devices.mesh.own_rows`.

    Returns:
      Batches {"image": [b, H, W, 3]}; the caller drops what is past the last record.
    """
    local, batch, size = len(own), reading.batch, reading.stored_size
    steps = -(-len(records) // batch)
    check = _one_size(records, size)

    def read(visit: int) -> dict:
        step, place = divmod(int(visit), local)
        row = min(step * batch + int(own[place]), len(records) - 1)
        image = records.read(row, size, reading.resample)[0]
        check(row, image)
        return {"image": pixels.greyed(image) if reading.grey else image}

    dataset = grain.MapDataset.range(steps * local).map(read).batch(local)
    options = grain.ReadOptions(reading.threads, read_ahead(reading.threads))
    return iter(dataset.to_iter_dataset(options))


def _one_size(records: Records, size: int) -> Callable[[int, UInt8[np.ndarray, "H W 3"]], None]:
    """Makes a check that images have the first record's size; stacking would name no record."""
    first = None if size or not len(records) else records.read(0, size)[0].shape

    def check(row: int, image: UInt8[np.ndarray, "H W 3"]) -> None:
        if first is not None and image.shape != first:
            (height, width), (others_height, others_width) = image.shape[:2], first[:2]
            raise UserError(
                f"the images have several sizes: {records.names[row]} is {width} x {height} pixels "
                f"and {records.names[0]} {others_width} x {others_height}; "
                "--config.data.stored_size=PX resizes all of them"
            )

    return check
