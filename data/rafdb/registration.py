"""Maps landmarks of an original photo onto the aligned image that was cut from it.

RAF-DB gives its landmarks for the original photos and does not say how the aligned images were
cut. Both show the same pixels, so the affine map between them can be found: first from matching
SIFT features, then by maximising the correlation (Evangelidis & Psarakis, 2008).
"""

import cv2
import numpy as np
from jaxtyping import Float, UInt8

WORKING_SIDE = 240  # px, of the face in the photo and of the aligned image
MARGIN = 1.0  # of the landmarks' extent, kept around them on each side
MIN_CORRELATION = 0.9
MIN_MATCHES = 6

Affine = Float[np.ndarray, "2 3"]


def move_points(
    points: Float[np.ndarray, "L 2"],
    original: UInt8[np.ndarray, "H W 3"],
    aligned: UInt8[np.ndarray, "h w 3"],
) -> Float[np.ndarray, "L 2"] | None:
    """Moves landmarks of the original photo onto the aligned image.

    Args:
      points: landmarks in pixels of the photo.
      original: RGB pixels of the photo.
      aligned: the image cut from it.

    Returns:
      Landmarks in pixels of the aligned image; None where the two images do not match.
    """
    face, to_face = _cut_face(original, points)
    if face is None:
        return None
    scale = WORKING_SIDE / max(aligned.shape[:2])
    target = cv2.resize(_grey(aligned), None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    to_target = _refine(face, target, _match(face, target))
    if to_target is None:
        return None
    return _apply(to_target, _apply(to_face, points)) / scale


def _cut_face(
    original: UInt8[np.ndarray, "H W 3"], points: Float[np.ndarray, "L 2"]
) -> tuple[UInt8[np.ndarray, "h w"] | None, Affine]:
    """The neighbourhood of the landmarks at the working size, and the map into it."""
    low, high = points.min(axis=0), points.max(axis=0)
    extent = (high - low).max()
    margin = MARGIN * extent
    x0, y0 = np.maximum(np.floor(low - margin), 0)
    x1, y1 = np.minimum(np.ceil(high + margin), original.shape[1::-1])
    if extent < 1 or x1 - x0 < 2 or y1 - y0 < 2:
        return None, np.eye(2, 3)
    x0, y0, x1, y1 = (int(edge) for edge in (x0, y0, x1, y1))
    # The landmarks span about half of an aligned image.
    scale = WORKING_SIDE / 2 / extent
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    face = cv2.resize(_grey(original[y0:y1, x0:x1]), None, fx=scale, fy=scale, interpolation=method)
    return face, np.array([[scale, 0, -scale * x0], [0, scale, -scale * y0]])


def _match(face: UInt8[np.ndarray, "H W"], target: UInt8[np.ndarray, "h w"]) -> Affine | None:
    """A similarity from the face to the target by matching features."""
    sift = cv2.SIFT_create(contrastThreshold=0.02)  # type: ignore[attr-defined]  # its stubs lack it
    points, descriptors = sift.detectAndCompute(face, None)
    target_points, target_descriptors = sift.detectAndCompute(target, None)
    if min(len(points), len(target_points)) < MIN_MATCHES:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2, crossCheck=True).match(descriptors, target_descriptors)
    if len(pairs) < MIN_MATCHES:
        return None
    here = np.array([points[pair.queryIdx].pt for pair in pairs], np.float32)
    there = np.array([target_points[pair.trainIdx].pt for pair in pairs], np.float32)
    affine, inliers = cv2.estimateAffinePartial2D(here, there, ransacReprojThreshold=5)
    return affine if affine is not None and inliers.sum() >= MIN_MATCHES else None


def _refine(
    face: UInt8[np.ndarray, "H W"], target: UInt8[np.ndarray, "h w"], guess: Affine | None
) -> Affine | None:
    """The affine map near a guess that makes the face look most like the target."""
    if guess is None:
        return None
    inverse = cv2.invertAffineTransform(guess).astype(np.float32)
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 1e-5)
    try:
        correlation, inverse = cv2.findTransformECC(  # type: ignore[call-overload]  # no mask is None
            target, face, inverse, cv2.MOTION_AFFINE, stop, None, 5
        )
    except cv2.error:  # it did not converge
        return None
    return cv2.invertAffineTransform(inverse) if correlation >= MIN_CORRELATION else None


def _apply(affine: Affine, points: Float[np.ndarray, "L 2"]) -> Float[np.ndarray, "L 2"]:
    return points @ affine[:, :2].T + affine[:, 2]


def _grey(pixels: UInt8[np.ndarray, "H W 3"]) -> UInt8[np.ndarray, "H W"]:
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
