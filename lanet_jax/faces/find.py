"""Finds faces in photos, and the landmarks of images that are one face: this room's entry."""

import dataclasses
import math
import threading

import numpy as np
from jaxtyping import Float, UInt8

from lanet_jax.errors import UserError
from lanet_jax.faces import reduce
from lanet_jax.faces.anchors import SAME_FACE, Candidates, intersection_over_union
from lanet_jax.faces.detector import FaceDetector
from lanet_jax.faces.face_mesh import MARGIN, FaceMesh, Fit
from lanet_jax.faces.square import Square, direction

SMALLEST = 0.03
# A photo with a side of so many pixels takes long to read anyway, and shows smaller faces well.
_LARGE, _SMALLEST_OF_LARGE = 3000, 0.015
# The detector finds upside-down faces too, and takes them for upright ones. The mesh's presence
# score tells them apart: of 40 FERPlus faces 2 are below .99 upright, and all upside down.
_UPRIGHT, _LEAST_OF_TURNED = 0.99, 0.5
_TURNS = (math.pi / 2, math.pi, -math.pi / 2)
_CROP_MARGIN = 1.4  # side of the first square over the image's, for an image that is one face
# Width of a face over the image's longer side. Started from the whole image, the mesh misses
# smaller faces without noticing: at .49 by .4 of the eye distance, from .55 up by .03 at most.
_FILLS = 0.55
# Longer side, in pixels, up to which an image is taken for a crop without asking the detector.
_CROP_SIDE = 64


@dataclasses.dataclass(frozen=True)
class Face:
    """One face.

    Attributes:
      box: left, upper, right and lower edge in pixels; may reach beyond the image.
      score: confidence that it is a face, in [0, 1].
      landmarks: x and y in pixels of the image, in the order of the requested scheme.
      mirror_distance: mean distance between the landmarks of the image and of its mirror image,
        over the distance between the eyes; lower is better, and says more than the score.
      ok: whether the landmarks can be trusted.
    """

    box: Float[np.ndarray, "4"]
    score: float
    landmarks: Float[np.ndarray, "L 2"]
    mirror_distance: float
    ok: bool


def find_faces(
    image: UInt8[np.ndarray, "H W 3"], scheme: str = "ibug68", smallest: float = 0.0
) -> list[Face]:
    """Finds the faces of a photo with their landmarks, at any rotation in the image plane.

    Args:
      image: RGB, 0 to 255.
      scheme: landmark scheme, `ibug68` or `aflw19`.
      smallest: side of the smallest face sought, as a share of the image's longer side; half of it
        takes about four times as long. 0 for .03, or .015 from 3,000 pixels up, and smaller faces
        where small ones are found.

    Returns:
      The faces whose landmarks can be trusted, the most certain first.

    Raises:
      UserError: the models are absent (the message has the command that fetches them), the extra
        `faces` is not installed, or the scheme is neither of the two.
    """
    return _finder().find(image, scheme, smallest)


def largest_face(image: UInt8[np.ndarray, "H W 3"], scheme: str = "ibug68") -> tuple[Face, bool]:
    """Finds the landmarks of an image that is one face, or of the largest face in a photo.

    Args:
      image: RGB, 0 to 255.
      scheme: landmark scheme, `ibug68` or `aflw19`.

    Returns:
      The face, not `ok` if there is none either way, and whether it fills the image.

    Raises:
      UserError: as `find_faces` does.
    """
    face = _finder().largest(image, scheme)
    return face, _width(face) >= _FILLS * max(image.shape[:2])


class Finder:
    """The loaded models, for use by one thread at a time.

    Raises:
      UserError: as `find_faces` does.
    """

    def __init__(self) -> None:
        self._detector = FaceDetector()
        self._mesh = FaceMesh()

    def find(
        self, image: UInt8[np.ndarray, "H W 3"], scheme: str, smallest: float = 0.0
    ) -> list[Face]:
        """See `find_faces`."""
        _check(image, scheme)
        is_large = max(image.shape[:2]) >= _LARGE
        usual = _SMALLEST_OF_LARGE if is_large else SMALLEST
        candidates = self._detector(image, smallest or usual, finer=not smallest)
        fits = [
            self._any_way_up(image, _start(candidates, row), scheme)
            for row in range(len(candidates))
        ]
        faces: list[Face] = []
        for fit, score in zip(fits, candidates.scores, strict=True):
            if fit.ok and not _is_among(fit.box, faces):
                faces.append(_face(fit, float(score)))
        return faces

    def _any_way_up(self, image: UInt8[np.ndarray, "H W 3"], start: Square, scheme: str) -> Fit:
        """The fit from the detected eyes or, where these are in doubt, the best of four turns."""
        first = self._mesh.fit(image, start, scheme, refine=1)
        if first.ok and first.presence >= _UPRIGHT:
            return first
        turned = [
            self._mesh.fit(
                image, dataclasses.replace(start, angle=start.angle + turn), scheme, refine=1
            )
            for turn in _TURNS
        ]
        best = max(turned, key=lambda fit: fit.presence)
        return best if best.presence >= max(first.presence, _LEAST_OF_TURNED) else first

    def crop(self, image: UInt8[np.ndarray, "H W 3"], scheme: str) -> Face:
        """Finds the landmarks of an image that is one face, as in FER+ and RAF-DB.

        Args:
          image: RGB, 0 to 255.
          scheme: landmark scheme, `ibug68` or `aflw19`.

        Returns:
          The face; if it is not `ok`, there is none, or its landmarks cannot be trusted.
        """
        _check(image, scheme)
        height, width = image.shape[:2]
        start = Square(width / 2, height / 2, _CROP_MARGIN * max(height, width))
        fit = self._mesh.fit(image, start, scheme, refine=2)
        return _face(fit, fit.presence)

    def largest(self, image: UInt8[np.ndarray, "H W 3"], scheme: str) -> Face:
        """See `largest_face`."""
        whole, side = self.crop(image, scheme), max(image.shape[:2])
        fills = whole.ok and _width(whole) >= _FILLS * side
        if fills and side <= _CROP_SIDE:
            return whole
        found = max(self.find(image, scheme), key=_width, default=None)
        if found is None:
            return whole if fills else dataclasses.replace(whole, ok=False)
        # In a photo the mesh may stray to what is larger than the face.
        return whole if fills and _width(found) >= _FILLS * side else found


def _check(image: UInt8[np.ndarray, "H W 3"], scheme: str) -> None:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise UserError(
            f"faces are sought in RGB images, uint8 [H, W, 3]; found {image.dtype} "
            f"{list(image.shape)}: convert it first"
        )
    reduce.check(scheme)


def _start(candidates: Candidates, row: int) -> Square:
    """A square around the detected box, along the detected eyes, with a margin."""
    left, upper, right, lower = candidates.boxes[row]
    angle = direction(*candidates.keypoints[row, :2])
    side = MARGIN * max(right - left, lower - upper)
    return Square((left + right) / 2, (upper + lower) / 2, side, angle)


def _is_among(box: Float[np.ndarray, "4"], faces: list[Face]) -> bool:
    if not faces:
        return False
    others = np.stack([face.box for face in faces])
    return bool((intersection_over_union(box, others) >= SAME_FACE).any())


def _face(fit: Fit, score: float) -> Face:
    return Face(fit.box, score, fit.landmarks, fit.mirror_distance, fit.ok)


def _width(face: Face) -> float:
    return float(face.box[2] - face.box[0])


_loaded = threading.local()  # LiteRT's interpreters serve one thread at a time


def _finder() -> Finder:
    if not hasattr(_loaded, "finder"):
        _loaded.finder = Finder()
    return _loaded.finder
