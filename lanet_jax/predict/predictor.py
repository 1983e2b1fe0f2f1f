"""A trained network that is asked about images: `lanet_jax.load(CKPT).predict(x)`."""

import functools
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import jax
import numpy as np
from jaxtyping import Float, UInt8

from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.errors import UserError
from lanet_jax.faces.find import find_faces
from lanet_jax.files.home import expanded
from lanet_jax.predict import given, sources
from lanet_jax.predict.batches import classified, in_order
from lanet_jax.predict.crops import Find, cutter
from lanet_jax.predict.face_rows import Row, rows_of
from lanet_jax.predict.faces_table import Table
from lanet_jax.predict.given import Source
from lanet_jax.predict.sources import Frame
from lanet_jax.trained import fingerprint
from lanet_jax.trained.load import SHIPPED, Trained
from lanet_jax.trained.load import load as load_trained

BATCH = 64
_MOST_THREADS = 8  # each may hold a frame


class Predictor:
    """Asks a trained network about images, files, folders and videos.

    Args:
      trained: the network; its card says the classes, their order, and the input's size, colours
        and normalisation.
      batch: faces that go through the network together, at most.
      find: finds the faces of an RGB image; it must serve several threads.

    Attributes:
      classes: names, in the order of the probabilities.
    """

    def __init__(self, trained: Trained, batch: int = BATCH, find: Find = find_faces) -> None:
        self._trained, self._batch, self._find = trained, batch, find
        self.classes: tuple[str, ...] = tuple(trained.card["classes"])
        self._process, self._can_find = os.getpid(), False
        # It lives as long as this, as each of its threads loads the face models.
        self._threads = min(os.cpu_count() or 1, _MOST_THREADS)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="faces")

    def predict(
        self, x: Source | Iterable[Source], *, faces: str = "detect", bgr: bool = False
    ) -> Table:
        """Predicts the expression of each face.

        Args:
          x: uint8 pixels [H, W], [H, W, 1|3|4] or a batch of these, as an array of numpy, JAX or
            torch, or a PIL image; a path of an image, a video or a folder, which is searched at any
            depth; or several of these: a list, an array or column of paths, or an iterator, of
            which few values are held at a time.
          faces: `detect`: look for the faces of each image; `whole`: each image is one face.
          bgr: whether arrays come in OpenCV's order of colours.

        Returns:
          One row a face; an image without one, or that cannot be read, has a row that says so.

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
        """Predicts frames as they come, and forgets them.

        Args:
          frames: from `sources.frames`.
          faces: see `predict`.

        Yields:
          Each frame with its rows, in order; a bounded number of frames later.

        Raises:
          UserError: as `predict` does.
        """
        _check_process(self._process)
        card = self._trained.card
        grey, resample = bool(card.get("grey", False)), card.get("resample", "linear")
        cut = cutter(faces, self._find, card["size"], grey, resample)
        if faces == "detect" and not self._can_find:
            self._find(np.zeros((8, 8, 3), np.uint8))  # what is absent is said first of all
            self._can_find = True
        found = in_order(self._pool, cut, frames, ahead=self._threads + 1)
        for one, probabilities in classified(
            found, self._probabilities, self._batch, card["size"], len(self.classes)
        ):
            yield one.frame, rows_of(one, probabilities, self.classes)

    def fingerprint(self) -> str:
        """What tells this network from every other one."""
        return fingerprint.of(self._trained)

    def _probabilities(self, faces: UInt8[np.ndarray, "B S S 3"]) -> Float[np.ndarray, "B C"]:
        trained = self._trained
        probabilities, _ = trained.predict(trained.params, trained.model_state, faces)
        return np.asarray(probabilities)


_started: int | None = None  # the process in which JAX runs


def _check_process(process: int | None) -> None:
    """Refuses to wait for ever: JAX's threads do not come along into a forked process."""
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
    """Loads a trained network.

    Args:
      checkpoint: work folder of a run, or a model file; empty for the model that comes with this
        package.
      step: of a work folder: a number, "last" or "best".
      batch: faces that go through the network together, at most.
      smallest: side of the smallest face sought over the image's longer side; 0 for .03, .015 from
        3,000 pixels on, and smaller ones where small ones are found.

    Returns:
      What predicts.

    Raises:
      UserError: there is no such model, or it is not whole; or JAX ran before this process was
        forked.
    """
    global _started
    _check_process(_started)
    path = expanded(checkpoint) if checkpoint else SHIPPED
    if not checkpoint and not path.is_file():
        raise UserError(
            "no model comes with this copy of the package: name one by --model=CKPT, or "
            "lanet_jax.load(CKPT): a run's work folder or a model file NAME.safetensors"
        )
    if batch < 1:
        raise UserError(f"batch={batch}: 1 or more was expected")
    if not 0 <= smallest <= 1:
        raise UserError(f"smallest={smallest}: a share of the longer side, 0 to 1, was expected")
    _started = os.getpid()
    # One device: it is the search for faces that takes the time.
    mesh = mesh_lib.make(batch, jax.local_devices()[:1])
    find = functools.partial(find_faces, smallest=smallest)
    return Predictor(load_trained(path, step, mesh), batch, find)
