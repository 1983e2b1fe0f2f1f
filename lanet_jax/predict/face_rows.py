"""Rows of the table, one per face: what was predicted, or why nothing was."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from lanet_jax.predict.crops import Found

FACE, NO_FACE, ERROR = "face", "no face", "error"


@dataclasses.dataclass(frozen=True)
class Row:
    """One face, or the absence of one.

    Attributes:
      file: the path, or "array".
      frame: index in a video or batch, from 0.
      status: "face", "no face" or "error".
      box: left, upper, right and lower edge in pixels. This and the next three are None without a
        face.
      score: confidence that it is a face, in [0, 1].
      top: the most probable class.
      probabilities: class probabilities, in the order of the classes.
      error: why the file could not be used; "" if it could.
      time: time in a video, in seconds; None elsewhere.
      note: a remark, such as the name of a picture that had to be shortened.
    """

    file: str
    frame: int
    status: str
    box: tuple[float, float, float, float] | None = None
    score: float | None = None
    top: str | None = None
    probabilities: tuple[float, ...] | None = None
    error: str = ""
    time: float | None = None
    note: str = ""


def restored(values: Mapping[str, Any]) -> Row:
    """Restores a row from its JSON, which has lists for tuples.

    Args:
      values: values by the names of a row's attributes.

    Returns:
      The row.

    Raises:
      TypeError: a name is unknown or missing.
    """
    named: dict[str, Any] = {
        name: tuple(x) if isinstance(x, list) else x for name, x in values.items()
    }
    return Row(**named)


def rows_of(
    found: Found, probabilities: Float[np.ndarray, "n C"], classes: Sequence[str]
) -> list[Row]:
    """The rows of a frame: one per face, or one that says why there is none.

    Args:
      found: the frame and its n faces.
      probabilities: class probabilities, one row per face; rows with NaN become error rows.
      classes: class names, in the order of the columns.

    Returns:
      The rows, in the order of the faces.
    """
    frame = found.frame
    where: dict[str, Any] = {"file": frame.item.file, "frame": frame.number, "time": frame.time}
    if frame.pixels is None:
        return [Row(**where, status=ERROR, error=frame.error)]
    if not found.crops:
        return [Row(**where, status=NO_FACE, note=frame.note)]
    rows = []
    for crop, p in zip(found.crops, probabilities, strict=True):
        note = "; ".join(filter(None, (frame.note, crop.note)))
        face = {**where, "box": crop.box, "score": crop.score, "note": note}
        if np.isfinite(p).all():
            top = classes[int(p.argmax())]
            rows.append(Row(**face, status=FACE, top=top, probabilities=tuple(p.tolist())))
        else:
            reason = "the network's probabilities are not numbers (NaN): its weights are damaged"
            rows.append(Row(**face, status=ERROR, error=reason))
    return rows
