"""Measures what `lanet_jax.predict` finds of faces at known places: crops in grey pictures.

  python -m benchmarks.detection FOLDER [--faces=40] [--seed=0]

FOLDER holds face crops, such as FER2013Valid of FERPlus. Three tables: by the crop's side over the
picture's longer side, by the number of faces in a picture, and by the angle. A face counts as found
if a box is centred within the middle half of its crop and has between .4 and 1.6 of its side. The
crops show no hair and no neck, so real photos should be easier. Needs the extra `faces`.
"""

import argparse
import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.errors import UserError
from lanet_jax.faces.align import aligned_square
from lanet_jax.faces.find import Face, find_faces
from lanet_jax.images import files, pixels

PICTURE, LARGE = (768, 1024), (3000, 4000)  # height and width
SHARES = (0.5, 0.25, 0.12, 0.06, 0.04, 0.03, 0.02)
SHARES_OF_LARGE = (0.06, 0.03, 0.02, 0.015, 0.01)
CROWDS = (1, 4, 16, 64, 256)
ANGLES = (0, 30, 60, 90, 120, 150, 180)
_TURNED_SHARE = 0.25
_GREY = 110
_LEVEL = 25  # degrees from its own angle within which a face is the right way up

Picture = UInt8[np.ndarray, "H W 3"]


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a crop was pasted: its centre and side in pixels, and its angle in degrees."""

    x: float
    y: float
    side: float
    angle: float = 0.0


def composite(crops: Sequence[Picture], places: Sequence[Place], size: tuple[int, int]) -> Picture:
    """Pastes crops into a grey picture.

    Args:
      crops: square crops.
      places: place of each crop.
      size: height and width of the picture in pixels.

    Returns:
      The picture.
    """
    picture = np.full((*size, 3), _GREY, np.uint8)
    for crop, place in zip(crops, places, strict=True):
        side = max(1, round(place.side))
        sharp = pixels.resized(crop, side)
        turn = cv2.getRotationMatrix2D((side / 2, side / 2), -place.angle, 1.0)
        turn[:, 2] += [place.x - side / 2, place.y - side / 2]
        cv2.warpAffine(sharp, turn, size[::-1], dst=picture, borderMode=cv2.BORDER_TRANSPARENT)
    return picture


def grid(count: int, size: tuple[int, int], share: float | None, angle: float = 0.0) -> list[Place]:
    """Lays out places in a grid.

    Args:
      count: number of places.
      size: height and width of the picture in pixels.
      share: a crop's side over the longer side of the picture; None fills 80% of the room.
      angle: angle of every crop in degrees.

    Returns:
      The places, row by row.
    """
    height, width = size
    columns = math.ceil(math.sqrt(count * width / height))
    rows = math.ceil(count / columns)
    room = min(width / columns, height / rows)
    side = 0.8 * room if share is None else share * max(size)
    return [
        Place(
            (i % columns + 0.5) * width / columns, (i // columns + 0.5) * height / rows, side, angle
        )
        for i in range(count)
    ]


def found(places: Sequence[Place], faces: Sequence[Face]) -> tuple[int, int, int]:
    """Counts the faces that were found.

    Args:
      places: places of the faces.
      faces: faces that were detected.

    Returns:
      How many places were found, how many of these the right way up, and how many faces were
      detected where there is none.
    """
    rest, hits, upright = list(faces), 0, 0
    for place in places:
        for at, face in enumerate(rest):
            left, upper, right, lower = face.box
            near = max(abs((left + right) / 2 - place.x), abs((upper + lower) / 2 - place.y))
            if near <= place.side / 4 and 0.4 <= (right - left) / place.side <= 1.6:
                angle = math.degrees(aligned_square(face.landmarks).angle)
                upright += abs(math.remainder(angle - place.angle, 360)) <= _LEVEL
                hits += 1
                del rest[at]
                break
    return hits, upright, len(rest)


def row(name: str, crops: Sequence[Picture], places: Sequence[Place], size: tuple[int, int]) -> str:
    """Measures one row of a table: crops pasted at these places, over as many pictures as needed.

    Args:
      name: first cell.
      crops: crops to paste.
      places: places in each picture.
      size: height and width of a picture in pixels.

    Returns:
      The row in Markdown.
    """
    step, total = len(places), np.zeros(3, int)
    for start in range(0, len(crops), step):
        own = crops[start : start + step]
        picture = composite(own, places[: len(own)], size)
        total += found(places[: len(own)], find_faces(picture))
    hits, upright, wrong = total
    shares = f"{hits / len(crops):.0%} | {upright / len(crops):.0%}"
    return f"| {name} | {len(crops)} | {shares} | {wrong} |"


@exit_on_user_error
def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection", description=__doc__)
    parser.add_argument("source", type=Path, metavar="FOLDER")
    parser.add_argument("--faces", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    names = files.images_below(arguments.source)
    most = max(arguments.faces, *CROWDS)
    if len(names) < most:
        raise UserError(f"{arguments.source}: {len(names)} images, and {most} are needed")
    order = np.random.default_rng(arguments.seed).permutation(len(names))[:most]
    crops = [pixels.decode((arguments.source / names[i]).read_bytes()) for i in order]
    few = crops[: arguments.faces]
    for size, shares in ((PICTURE, SHARES), (LARGE, SHARES_OF_LARGE)):
        _head(f"side / longer side, {size[1]} x {size[0]}")
        for share in shares:
            print(
                row(f"{share}", few, grid(2 if share > 0.3 else 6, size, share)[:6], size),
                flush=True,
            )
    _head(f"faces in a picture of {PICTURE[1]} x {PICTURE[0]}")
    for count in CROWDS:
        places = grid(count, PICTURE, None)
        name = f"{count}, {places[0].side:.0f} px each"
        print(row(name, crops[: max(count, 16)], places, PICTURE), flush=True)
    _head(f"degrees, side / longer side {_TURNED_SHARE}")
    for angle in ANGLES:
        print(row(f"{angle}", few, grid(2, PICTURE, _TURNED_SHARE, angle), PICTURE), flush=True)


def _head(what: str) -> None:
    print(
        f"\n| {what} | faces | found | the right way up | found where none is |"
        "\n|---|---|---|---|---|"
    )


if __name__ == "__main__":
    main()
