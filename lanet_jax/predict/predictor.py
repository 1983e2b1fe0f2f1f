"""Predicts expressions by a trained network: `lanet_jax.load(CKPT).predict(x)`."""

import functools
import numbers
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import jax
import numpy as np
from jaxtyping import Float, UInt8

from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.errors import UserError
from lanet_jax.faces.find import find_faces
from lanet_jax.predict import given, sources
from lanet_jax.predict.batches import classified, in_order
from lanet_jax.predict.crops import Find, cutter
from lanet_jax.predict.face_rows import Row, rows_of
from lanet_jax.predict.faces_table import Table
from lanet_jax.predict.given import Source
from lanet_jax.predict.sources import Frame
from lanet_jax.shipped import SHIPPED
from lanet_jax.trained import network_fingerprint
from lanet_jax.trained.load import Trained, place
from lanet_jax.trained.load import load as load_trained

BATCH = 64
_MOST_THREADS = 8  # each may hold a frame


class Predictor:
    """Predicts the expressions of faces in images, files, folders and videos.

    Args:
      trained: the network; its card has the classes, and the input's size, colours and
        normalisation.
      batch: the most faces in one batch.
      find: finds the faces of an RGB image; it must be thread-safe.

    Attributes:
      classes: class names, in the order of the probabilities.
    """

    def __init__(self, trained: Trained, batch: int = BATCH, find: Find = find_faces) -> None:
        self._trained, self._batch, self._find = trained, batch, find
        self.classes: tuple[str, ...] = tuple(trained.card["classes"])
        self._process, self._can_find = os.getpid(), False
        # The pool is kept, as each of its threads loads the face models.
        self._threads = min(os.cpu_count() or 1, _MOST_THREADS)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="faces")

    def predict(
        self, x: Source | Iterable[Source], *, faces: str = "detect", bgr: bool = False
    ) -> Table:
        """Predicts the expression of each face.

        Args:
          x: uint8 pixels [H, W], [H, W, 1|3|4] or a batch of these, as a numpy, JAX or torch array,
            or a PIL image; the path of an image, a video or a folder, which is searched at any
            depth; or several of these as a list, an array or column of paths, or an iterator, of
            which few values are held at a time.
          faces: `detect` to find the faces of each image, `whole` if each image is one face.
          bgr: whether arrays come in OpenCV's order of colours.

        Returns:
          One row per face; an image without a face, or that cannot be read, has a row that says so.

        Raises:
          UserError: there is nothing to read, or the face models are absent.
        """
        listing = given.listing(x)
        frames = sources.frames(listing.items, bgr)
        rows = [row for _, found in self.stream(frames, faces) for row in found]
        return Table(self.classes, rows, listing.left_out)

    def stream(
        self, frames: Iterable[Frame], faces: str = "detect"
    ) -> Iterator[tuple[Frame, list[Row]]]:
        """Predicts frames as they come, without keeping them.

        Args:
          frames: frames from `sources.frames`.
          faces: see `predict`.

        Yields:
          Each frame with its rows, in order, with a delay of a bounded number of frames.

        Raises:
          UserError: as `predict` does.
        """
        _check_process(self._process)
        card = self._trained.card
        grey, resample = bool(card.get("grey", False)), card.get("resample", "linear")
        cut = cutter(faces, self._find, card["size"], grey, resample)
        if faces == "detect" and not self._can_find:
            self._find(np.zeros((8, 8, 3), np.uint8))  # find out now if the models are absent
            self._can_find = True
        found = in_order(self._pool, cut, frames, ahead=self._threads + 1)
        for one, probabilities in classified(
            found, self._probabilities, self._batch, card["size"], len(self.classes)
        ):
            yield one.frame, rows_of(one, probabilities, self.classes)

    def fingerprint(self) -> str:
        """The checksum of the network's card and weights."""
        return network_fingerprint.of(self._trained)

    def _probabilities(self, faces: UInt8[np.ndarray, "B S S 3"]) -> Float[np.ndarray, "B C"]:
        trained = self._trained
        probabilities, _ = trained.predict(trained.params, trained.model_state, faces)
        return np.asarray(probabilities)


_started: int | None = None  # the process in which JAX runs


def _check_process(process: int | None) -> None:
    """Refuses to run in a forked process, which has no JAX threads and would hang."""
    if process not in (None, os.getpid()):
        raise UserError(
            "this process was forked from one in which JAX runs already, and would hang: load the "
            "network in each process (gunicorn without --preload; multiprocessing with the start "
            "method spawn)"
        )


def load(
    checkpoint: str | os.PathLike = "",
    step: str = "last",
    batch: int = BATCH,
    smallest: float = 0.0,
) -> Predictor:
    """Loads a trained network, as `lanet_jax.load` documents."""
    global _started
    _check_process(_started)
    if not isinstance(checkpoint, str | os.PathLike | None):
        raise UserError(
            f"the path of a model was expected, not {type(checkpoint).__name__}: images go to "
            "load().predict(...)"
        )
    path = place(checkpoint) if checkpoint else SHIPPED
    if path == SHIPPED and not path.is_file():
        raise UserError(
            "this copy of the package has no bundled model: name one by --model=CKPT, or "
            "lanet_jax.load(CKPT): a run's work folder or a model file NAME.safetensors"
        )
    if not isinstance(batch, numbers.Real) or batch < 1 or batch != int(batch):
        raise UserError(f"batch={batch!r}: a whole number, 1 or more, was expected")
    if not isinstance(smallest, numbers.Real) or not 0 <= smallest <= 1:
        raise UserError(f"smallest={smallest!r}: a share of the longer side, 0 to 1, was expected")
    _started = os.getpid()
    # One device is enough: finding the faces takes most of the time.
    mesh = mesh_lib.make(batch, jax.local_devices()[:1])
    find = functools.partial(find_faces, smallest=smallest)
    return Predictor(load_trained(path, step, mesh), batch, find)
