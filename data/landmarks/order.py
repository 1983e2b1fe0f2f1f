"""Whether landmarks come in the order that their scheme declares."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from lanet_jax.errors import UserError
from lanet_jax.faces.align import PARTS
from lanet_jax.landmarks.schemes import SCHEMES, asymmetry, infer_flip_index

_MOST = 2000  # faces that are looked at, spread over all
_FEWEST = 3  # faces, of which one alone may be a wrong detection
_CLEAR = 0.2  # sine or share below which a face's direction is noise; FER+ has none below .43
# None of 7,500 draws of 3 to 30 faces of FER+ is refused, a tenth of them faces turned to one side.
_MOST_ASYMMETRY = 0.15
_SHOWN = 6
_UPSIDE_DOWN = (
    "the points of the mouth lie above those of the eyes (or are the images upside down?)"
)


def check_order(
    points: Float[np.ndarray, "N L 2"], known: Bool[np.ndarray, "N L"], scheme: str
) -> None:
    """Checks the faces of a dataset against the order of their scheme, if that is a known one.

    A single face may be turned or wrongly detected: what most faces say counts.

    Args:
      points: landmarks in pixels or in shares of the image; y points down.
      known: which of them are known.
      scheme: name of their order.

    Raises:
      UserError: in most faces left and right are exchanged, or the mouth is above the eyes; or
        other points than the scheme's mirror each other in the mean face.
    """
    if scheme not in SCHEMES:
        return
    rows = np.unique(np.linspace(0, len(points) - 1, min(_MOST, len(points))).astype(int))
    faces = np.where(known[rows, :, None], points[rows].astype(np.float64), np.nan)
    left, right, mouth = (faces[:, list(part)].mean(1) for part in PARTS[scheme])
    across, down = right - left, mouth - (left + right) / 2
    lengths = np.linalg.norm([across, down], axis=-1)
    usable = np.isfinite(lengths).all(0) & (lengths > 0).all(0)
    if usable.sum() < _FEWEST:
        return
    faces, across, down, lengths = faces[usable], across[usable], down[usable], lengths[:, usable]
    turn = across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0]
    found = [
        _most(down[:, 1] / lengths.max(0), _UPSIDE_DOWN),
        _most(turn / lengths.prod(0), "left and right are exchanged, seen from eyes to mouth"),
        _pairs(faces, scheme),
    ]
    if any(found):
        raise UserError(
            f"the landmarks are not in the order of their scheme {scheme}: "
            f"{' and '.join(filter(None, found))}. The order of {scheme} is: "
            f"{SCHEMES[scheme].order} (left and right as in the image, y from top to bottom): "
            "put the points into this order, or give the file the name of the scheme that they have"
        )


def _most(values: Float[np.ndarray, " N"], what: str) -> str:
    """Says so if a value is clearly negative in most faces."""
    wrong = int((values < -_CLEAR).sum())
    return f"in {wrong:,} of {len(values):,} faces {what}" if wrong > len(values) / 2 else ""


def _pairs(faces: Float[np.ndarray, "N L 2"], scheme: str) -> str:
    """Says so if other points than the scheme's mirror each other in the median face."""
    if np.isnan(faces).all((0, 2)).any():
        return ""  # no face has one of the points
    centred = faces - np.nanmean(faces, axis=1, keepdims=True)
    size = np.sqrt(np.nanmean(centred**2, axis=(1, 2), keepdims=True))
    mean = np.nanmedian(centred / size, axis=0)
    found, expected = infer_flip_index(mean), SCHEMES[scheme].flip_index
    turned = not found  # most faces, to one side: it tells nothing
    if turned or asymmetry(mean, expected) < _MOST_ASYMMETRY:
        return ""
    return (
        f"in the mean face the points {pairs(found)} mirror each other (numbered from 0), in the "
        f"scheme {pairs(expected)}"
    )


def pairs(flip_index: Sequence[int]) -> str:
    """The first pairs of a flip index in words: "0-1, 3-4"."""
    named = [f"{a}-{b}" for a, b in enumerate(flip_index) if a < b]
    return ", ".join(named[:_SHOWN]) + (" ..." if len(named) > _SHOWN else "")
