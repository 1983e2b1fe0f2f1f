"""The face mesh: 468 points of one face, and how far they can be trusted.

Follows Kartynnik et al. 2019, Real-time facial surface geometry from monocular video on mobile
GPUs: the mesh is predicted in a square along the eyes, with a margin of a quarter of the face's
size, and predicted again in the square around the first prediction.
"""

import dataclasses

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from scipy.special import expit

from lanet_jax.faces import downloads
from lanet_jax.faces.litert import Network
from lanet_jax.faces.reduce import EYE_CORNERS, EYES, MESH_POINTS, reduce
from lanet_jax.faces.square import Square, direction
from lanet_jax.landmarks.schemes import SCHEMES

MARGIN = 1.5  # side of the square over that of the face in it
MOST_MIRROR_DISTANCE = 0.12  # on FERPlus, landmarks with a larger one are off
LEAST_PRESENCE = 0.02  # good close-ups went as low as .03


@dataclasses.dataclass(frozen=True)
class Fit:
    """The landmarks of one face.

    Attributes:
      landmarks: x and y in pixels of the image.
      box: left, upper, right and lower edge of the whole mesh, forehead included.
      mirror_distance: mean distance between the landmarks of the image and of its mirror image,
        over the distance between the eyes; lower is better.
      presence: the network's own score, in [0, 1], the lower of the two images'.
    """

    landmarks: Float[np.ndarray, "L 2"]
    box: Float[np.ndarray, "4"]
    mirror_distance: float
    presence: float

    @property
    def ok(self) -> bool:
        """Whether there is a face and its landmarks can be trusted."""
        return self.mirror_distance <= MOST_MIRROR_DISTANCE and self.presence >= LEAST_PRESENCE


class FaceMesh:
    """The face mesh network."""

    def __init__(self) -> None:
        self._network = Network(downloads.path("mesh"), low=0.0)

    def fit(
        self, image: UInt8[np.ndarray, "H W 3"], start: Square, scheme: str, refine: int
    ) -> Fit:
        """Fits the mesh to one face.

        Args:
          image: RGB, 0 to 255.
          start: square that roughly holds the face, with a margin on each side.
          scheme: order of the result's landmarks, `ibug68` or `aflw19`.
          refine: how often the square is updated from the mesh found in it.

        Returns:
          Landmarks, averaged over the image and its mirror image, and how far to trust them.
        """
        square = start
        for _ in range(refine):
            mesh, _ = self._predict(self._cut(image, square))
            square = square_of(square.to_image(mesh))
        cut = self._cut(image, square)
        mesh, presence = self._predict(cut)
        mirrored, presence_mirrored = self._predict(np.ascontiguousarray(cut[:, ::-1]))
        direct = reduce(mesh, scheme)
        back = mirror(reduce(mirrored, scheme), scheme)
        bounds = square.to_image(mesh)
        return Fit(
            landmarks=square.to_image((direct + back) / 2),
            box=np.concatenate([bounds.min(0), bounds.max(0)]),
            mirror_distance=mean_distance(direct, back, eye_distance(mesh)),
            presence=min(presence, presence_mirrored),
        )

    def _cut(
        self, image: UInt8[np.ndarray, "H W 3"], square: Square
    ) -> UInt8[np.ndarray, "side side 3"]:
        # On tight crops, replicated edges work better than black (measured on FERPlus).
        return square.cut(image, self._network.side, cv2.BORDER_REPLICATE)

    def _predict(
        self, cut: UInt8[np.ndarray, "side side 3"]
    ) -> tuple[Float[np.ndarray, "468 2"], float]:
        """The mesh in [0, 1] of the cut, and the presence score."""
        points, logit = self._network(cut)
        mesh = points.reshape(MESH_POINTS, 3)[:, :2].astype(float) / self._network.side
        return mesh, float(expit(float(logit.reshape(()))))


def square_of(mesh: Float[np.ndarray, "468 2"]) -> Square:
    """The square in which the mesh of a face is predicted best: along its eyes, with a margin."""
    left, right = mesh[list(EYE_CORNERS)]
    return Square.around(mesh, direction(left, right), MARGIN)


def mirror(points: Float[np.ndarray, "L 2"], scheme: str) -> Float[np.ndarray, "L 2"]:
    """Landmarks in [0, 1] of an image from those of its mirror image."""
    return (points * [-1, 1] + [1, 0])[list(SCHEMES[scheme].flip_index)]


def eye_distance(mesh: Float[np.ndarray, "468 2"]) -> float:
    """Distance between the centres of the eyes."""
    left, right = (mesh[list(eye)].mean(0) for eye in EYES)
    return float(np.linalg.norm(right - left))


def mean_distance(
    points: Float[np.ndarray, "L 2"], others: Float[np.ndarray, "L 2"], unit: float
) -> float:
    """Mean distance between corresponding points, in a unit; infinite if the unit is 0."""
    distance = float(np.linalg.norm(points - others, axis=1).mean())
    return distance / unit if unit > 0 else float("inf")
