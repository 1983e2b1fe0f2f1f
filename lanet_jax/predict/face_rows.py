"""One row a face: what was predicted, or why nothing was."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from lanet_jax.predict.crops import Found

FACE, NO_FACE, ERROR = "face", "no face", "error"


@dataclasses.dataclass(frozen=True)
class Row:
    """One face, or that there is none.

    Attributes:
      file: the path, or "array".
      frame: in a video or batch, from 0.
      status: "face", "no face" or "error".
      box: left, upper, right and lower edge in pixels; None without a face, as all that follow.
      score: how surely it is a face, in [0, 1].
      top: the most probable class.
      probabilities: of the classes, in their order.
      error: why the file could not be used; empty if it could.
      time: in a video, in seconds; None elsewhere.
      note: what else is to be known, such as the name of a picture that had to be shortened.
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
    """A row from what JSON made of it, which knows no tuples.

    Args:
      values: by the names of its attributes.

    Raises:
      TypeError: a name is not one of these, or one is absent.
    """
    named: dict[str, Any] = {
        name: tuple(x) if isinstance(x, list) else x for name, x in values.items()
    }
    return Row(**named)


def rows_of(
    found: Found, probabilities: Float[np.ndarray, "n C"], classes: Sequence[str]
) -> list[Row]:
    """The rows of a frame: one a face, or one that says why there is none."""
    frame = found.frame
    where: dict[str, Any] = {"file": frame.item.file, "frame": frame.number, "time": frame.time}
    if frame.pixels is None:
        return [Row(**where, status=ERROR, error=frame.error)]
    if not found.crops:
        return [Row(**where, status=NO_FACE)]
    rows = []
    for crop, p in zip(found.crops, probabilities, strict=True):
        face = {**where, "box": crop.box, "score": crop.score, "note": crop.note}
        if np.isfinite(p).all():
            top = classes[int(p.argmax())]
            rows.append(Row(**face, status=FACE, top=top, probabilities=tuple(p.tolist())))
        else:
            reason = "the network's probabilities are no numbers (NaN): its weights are damaged"
            rows.append(Row(**face, status=ERROR, error=reason))
    return rows
