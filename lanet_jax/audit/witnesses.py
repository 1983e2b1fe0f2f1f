"""What a trained network and landmarks say about labelled faces, without further training."""

import dataclasses
import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jax
import numpy as np
from jaxtyping import Bool, Float, UInt8
from tqdm import tqdm

from lanet_jax.devices import mesh as mesh_lib
from lanet_jax.errors import UserError
from lanet_jax.evaluate import trained_on
from lanet_jax.faces.align import align
from lanet_jax.faces.find import largest_face
from lanet_jax.images import pixels
from lanet_jax.input.records import Records
from lanet_jax.landmarks import face_frame
from lanet_jax.landmarks.schemes import SCHEMES
from lanet_jax.trained import load as trained_load

BATCH = 64
_SCHEME = "ibug68"
_NAMED = 10  # images that an error names
_LEAST_KNOWN = 0.5  # share of the faces whose landmarks must be known for that space to be used


@dataclasses.dataclass(frozen=True)
class Witnesses:
    """What is known about faces apart from their labels.

    Attributes:
      features: by space, "expression" and, where landmarks are known, "landmark".
      probabilities: the network's own, in the records' classes; None if it lacks one of them.
      remarks: what the network may know of these faces' labels; what was left out, and why.
    """

    features: dict[str, Float[np.ndarray, "N D"]]
    probabilities: Float[np.ndarray, "N C"] | None
    remarks: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Sight:
    """What a network says about each single face, and where the face's landmarks are.

    Attributes:
      probabilities: probabilities of the K classes that the network knows.
      features: the network's features, averaged with the mirror image's.
      points: landmarks in pixels of the image; L is 0 where nothing finds them.
      present: which landmarks are known.
      known: the network's classes.
      remarks: what was left out, and why.
    """

    probabilities: Float[np.ndarray, "N K"]
    features: Float[np.ndarray, "N D"]
    points: Float[np.ndarray, "N L 2"]
    present: Bool[np.ndarray, "N L"]
    known: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class _Face:
    pixels: UInt8[np.ndarray, "S S 3"]
    points: Float[np.ndarray, "L 2"]
    present: Bool[np.ndarray, " L"]


def read(faces: Records, model: Path, step: str = "last", threads: int = 0) -> Witnesses:
    """Passes all faces through a network, and finds their landmarks where the data has none.

    Args:
      faces: the faces; one that does not fill its image is cut out and aligned by its eyes.
      model: work folder of a run, or a model file.
      step: checkpoint of a work folder: a number, "last" or "best".
      threads: worker threads; 0 for one per core.

    Returns:
      The witnesses.

    Raises:
      UserError: an image or the model cannot be read, or the model was trained on these faces.
    """
    told = trained_on.remarks(model, faces.names)
    found = heard(faces, look(faces, load(model, step), threads))
    return dataclasses.replace(found, remarks=(*told, *found.remarks))


def load(model: Path, step: str = "last") -> trained_load.Trained:
    """Loads the network that is asked about faces, onto one device.

    Args:
      model: work folder of a run, or a model file.
      step: checkpoint of a work folder: a number, "last" or "best".

    Returns:
      The trained network.

    Raises:
      UserError: the model cannot be read.
    """
    return trained_load.load(model, step, mesh_lib.make(BATCH, jax.local_devices()[:1]))


def look(faces: Records, trained: trained_load.Trained, threads: int = 0) -> Sight:
    """Passes each face through a network, and finds its landmarks where the data has none.

    Args:
      faces: one face or more, see `read`.
      trained: from `load`.
      threads: worker threads; 0 for one per core.

    Returns:
      What was seen, in the order of the faces.

    Raises:
      UserError: images cannot be read; all of them are counted, and the first ones named.
    """
    find, remarks = _finder(faces)
    prepare = functools.partial(
        _face, faces, find, trained.card["size"], bool(trained.card.get("grey", False))
    )
    probabilities, features, points, present = [], [], [], []
    unread: list[UserError] = []
    progress = tqdm(total=len(faces), desc="looking", unit=" faces", disable=None)
    with progress, ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        for start in range(0, len(faces), BATCH):
            rows = range(start, min(start + BATCH, len(faces)))
            tried = list(pool.map(prepare, rows))
            progress.update(len(tried))
            unread += [face for face in tried if isinstance(face, UserError)]
            if unread:  # continue only to name them all
                continue
            seen = [face for face in tried if isinstance(face, _Face)]
            p, f = _both_ways(trained, np.stack([face.pixels for face in seen]))
            probabilities.append(p)
            features.append(f)
            points += [face.points for face in seen]
            present += [face.present for face in seen]
    if unread:
        more = f" (and {len(unread) - _NAMED} more)" if len(unread) > _NAMED else ""
        raise UserError("; ".join(map(str, unread[:_NAMED])) + more)
    return Sight(
        probabilities=np.concatenate(probabilities),
        features=np.concatenate(features),
        points=np.stack(points),
        present=np.stack(present),
        known=tuple(trained.card["classes"]),
        remarks=remarks,
    )


def heard(faces: Records, sight: Sight) -> Witnesses:
    """Turns what was seen into witnesses; aligning landmarks takes all faces together.

    Args:
      faces: the faces, in the order of `sight`.
      sight: what was seen of them.

    Returns:
      The witnesses.
    """
    spaces, remarks = {"expression": sight.features}, sight.remarks
    if sight.points.shape[1]:
        shapes, share = _shapes(faces, sight.points, sight.present)
        if share >= _LEAST_KNOWN:
            spaces["landmark"] = shapes
        else:
            remarks = (*remarks, f"landmarks are known of {share:.0%} of the faces: left out")
    own, more = _own(sight.probabilities, list(sight.known), faces.classes)
    return Witnesses(spaces, own, (*remarks, *more))


def absent(faces: Records) -> tuple[str, ...]:
    """Says what will be left out, and why: landmarks, where nothing installed can find them."""
    return _finder(faces)[1]


def _finder(faces: Records) -> tuple[Callable | None, tuple[str, ...]]:
    if faces.landmarks:
        return None, ()
    try:
        largest_face(np.zeros((8, 8, 3), np.uint8))  # find out now what is missing, not after hours
    except UserError as error:
        return None, (f"no landmarks: {error}",)
    return functools.partial(largest_face, scheme=_SCHEME), ()


def _face(
    faces: Records, find: Callable | None, size: int, grey: bool, row: int
) -> _Face | UserError:
    try:
        image, points, present = faces.read(row, 0)
    except UserError as error:
        return error
    points = points * image.shape[1::-1]
    cut = pixels.resized(image, size)
    if find is not None:
        face, fills = find(image)
        points, present = face.landmarks, np.full(len(face.landmarks), face.ok)
        if face.ok and not fills:
            cut = align(image, face.landmarks, size, _SCHEME)
    return _Face(pixels.greyed(cut) if grey else cut, points, present)


def _shapes(
    faces: Records, points: Float[np.ndarray, "N L 2"], present: Bool[np.ndarray, "N L"]
) -> tuple[Float[np.ndarray, "N P"], float]:
    """Landmarks in the face's own frame, and the share of the faces that have any."""
    scheme = SCHEMES.get(faces.scheme if faces.landmarks else _SCHEME)
    kept = scheme.expressive if scheme else range(points.shape[1])
    flips = faces.flip_index if faces.landmarks else SCHEMES[_SCHEME].flip_index
    frame = face_frame.fit(points, present, kept, flips)
    found = face_frame.shapes(frame, points, present, kept, flips)
    return found.points.reshape(len(points), -1), float(found.known.any(axis=1).mean())


def _both_ways(
    trained: trained_load.Trained, images: UInt8[np.ndarray, "B S S 3"]
) -> tuple[Float[np.ndarray, "B C"], Float[np.ndarray, "B D"]]:
    """Probabilities and features, averaged over each image and its mirror image."""
    count = len(images)
    full = np.pad(images, ((0, BATCH - count), (0, 0), (0, 0), (0, 0)))  # one compiled shape
    both = [
        trained.predict(trained.params, trained.model_state, np.ascontiguousarray(view))
        for view in (full, full[:, :, ::-1])
    ]
    probabilities, features = (np.asarray((a + b) / 2)[:count] for a, b in zip(*both, strict=True))
    return probabilities, features


def _own(
    probabilities: Float[np.ndarray, "N K"], known: list[str], wanted: tuple[str, ...]
) -> tuple[Float[np.ndarray, "N C"] | None, tuple[str, ...]]:
    """The probabilities in the records' classes, if the network knows all of them."""
    strange = [name for name in wanted if name not in known]
    if strange:
        return None, (
            f"the network does not know the class {strange[0]!r}: its own probabilities have no "
            "vote, its features do",
        )
    chosen = probabilities[:, [known.index(name) for name in wanted]] + 1e-6
    return chosen / chosen.sum(axis=1, keepdims=True), ()
