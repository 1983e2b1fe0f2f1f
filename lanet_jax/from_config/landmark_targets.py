"""From the config and the records to the landmarks that training sees."""

import dataclasses
import sys
from collections.abc import Sequence

from lanet_jax.errors import UserError
from lanet_jax.from_config.config import Config
from lanet_jax.input.records import Records
from lanet_jax.landmarks import face_frame
from lanet_jax.landmarks.face_frame import FaceFrame, Shapes
from lanet_jax.landmarks.heights import in_heights
from lanet_jax.landmarks.schemes import SCHEMES

# Finding landmarks misses one in sixty of FERPlus' small grey faces (docs/benchmarks.md). Six times
# as many are no longer single failures, but a file that fits few of the images, or hidden faces.
_MOST_WITHOUT = 0.1
_OTHERWISE = (
    "find them by `lanet landmarks` and run `lanet prepare` again with --landmarks FILE "
    "--overwrite, or train without landmarks by --config.landmarks.enabled=False "
    "--config.lde.spaces=expression --config.el.enabled=False, or take --config.method=ce"
)


@dataclasses.dataclass(frozen=True)
class Framed:
    """The training records' landmarks in the face's own frame.

    Attributes:
      frame: statistics of the training set.
      shapes: face shapes of its records, in their order.
    """

    frame: FaceFrame
    shapes: Shapes


def are_learned(c: Config) -> bool:
    """Whether a run learns landmarks, which its data must then have."""
    return c.method == "lanet" and c.landmarks.enabled


def missing(datasets: Sequence[str]) -> UserError:
    """The error for datasets without the landmarks that LA-Net learns."""
    return UserError(
        f"method=lanet needs landmarks, and the prepared {', '.join(datasets)} has none: "
        f"{_OTHERWISE}"
    )


def framed(c: Config, train: Records) -> Framed | None:
    """Maps the landmarks into the face's own frame, if the config asks for it.

    Args:
      c: resolved config.
      train: training records, without those held out.

    Returns:
      Frame and shapes; None for `landmarks.frame=image`, and for runs that learn no landmarks.

    Raises:
      UserError: the run learns landmarks and no record has any, or none can be aligned; or they
        are to be mirrored and their left and right points are not paired.
    """
    if not are_learned(c):
        return None
    if train.marks is None:
        raise missing(c.data.train)
    if not train.marks.present.any():
        raise UserError(
            f"method=lanet needs landmarks, and none of this run's {len(train.names):,} training "
            f"records has any: take more records (--config.data.limit), or {_OTHERWISE}"
        )
    if c.landmarks.frame == "image":
        if not train.flip_index and c.augment.flip and c.augment.flip_swaps_points:
            raise UserError(
                f"landmarks.frame=image: the left and right points of the scheme {train.scheme!r} "
                "are not paired, so that mirrored images would have wrong landmarks: set "
                "--config.augment.flip=0.0, or leave --config.landmarks.frame=face"
            )
        return None
    kept = kept_points(c, train)
    points, present, aspect = train.marks
    square = in_heights(points, aspect)
    frame = face_frame.fit(square, present, kept, train.flip_index)
    shapes = face_frame.shapes(frame, square, present, kept, train.flip_index)
    lost = present.any(axis=1) & ~shapes.known.any(axis=1)
    if lost.any():
        some = len(kept) < train.landmarks
        what = (
            f"the face's own frame needs three known points that are not on a line"
            f"{', and one of brows, eyes and mouth' if some else ''}; {lost.sum():,} of "
            f"{present.any(axis=1).sum():,} records with landmarks, such as "
            f"{train.names[int(lost.argmax())]}, lack them"
        )
        if not shapes.known.any():
            flags = f"{'--config.landmarks.points=all or ' if some else ''}--config.landmarks.frame"
            raise UserError(f"{what}: take {flags}=image, or other landmarks")
        print(f"note: {what} and count as records without landmarks", file=sys.stderr)
    return Framed(frame, shapes)


def note(c: Config, train: Records) -> str:
    """Says how many records have no landmarks, if these are more than faces usually lack.

    Args:
      c: resolved config.
      train: training records, without those held out.

    Returns:
      A line; "" if few records lack landmarks, or the run learns none.
    """
    if not are_learned(c) or train.marks is None:
        return ""
    without, records = int((~train.marks.present.any(axis=1)).sum()), len(train.names)
    if without <= _MOST_WITHOUT * records:
        return ""
    return (
        f"note: no landmarks for {without:,} of {records:,} training records: these teach the "
        "landmark network nothing and have no neighbours in landmark space; if their faces are to "
        "be seen, find landmarks again and run `lanet prepare` with --landmarks FILE --overwrite"
    )


def kept_points(c: Config, train: Records) -> tuple[int, ...]:
    """Indices of the landmarks that are learned; all of them if the scheme is not a known one."""
    if c.landmarks.points == "all" or train.scheme not in SCHEMES:
        return tuple(range(train.landmarks))
    return SCHEMES[train.scheme].expressive
