"""The data behind each card of the review page, as plain JSON."""

import base64
import dataclasses
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, Int

from lanet_jax.from_config.data import Data
from lanet_jax.images.image_bytes import PNG
from lanet_jax.images.pixels import upright_size
from lanet_jax.input.records import Records, decode
from lanet_jax.label_noise.judgement import NO_SUGGESTION
from lanet_jax.run.summary import HOLDOUT

# A thumbnail, and the largest image: twice what is shown, for sharp screens. With larger files a
# page of 500 suspects grows until no browser opens it.
_THUMBNAIL, LARGEST = 64, 320  # px
_MOST_BYTES = 48 << 10


@dataclasses.dataclass(frozen=True)
class Why:
    """The neighbours of each suspect in one space.

    Attributes:
      index: rows of the neighbours, nearest first.
      similarity: cosine similarity of each to its suspect; -inf where a suspect has fewer.
      weight: their shares of the vote; None where no score network was trained.
    """

    index: Int[np.ndarray, "R K"]
    similarity: Float[np.ndarray, "R K"]
    weight: Float[np.ndarray, "R K"] | None


def cards(
    data: Data,
    suspects: Int[np.ndarray, " R"],
    score: Float[np.ndarray, " N"],
    beliefs: Float[np.ndarray, "N C"],
    suggested: Int[np.ndarray, " N"],
    why: dict[str, Why],
) -> dict[str, Any]:
    """Everything that the page's script reads.

    Args:
      data: the audited records, in the order of `score`.
      suspects: row numbers of the records to show, in the order of the cards.
      score: score that ranks them.
      beliefs: label distributions to show.
      suggested: another class for each record, or NO_SUGGESTION, which the page reads as null.
      why: the suspects' neighbours by space.

    Returns:
      JSON: `classes`; `images`, each once, and how many of them are `shrunk` to `LARGEST`; `cards`;
      and `rest`: name and observed class of the records without a card whose observed label is not
      the dataset's own. Where a label file does not name a record the dataset's own label holds,
      so `corrections.csv` must repeat these.
    """
    images = _Images(data.train)
    entries = [
        {
            "name": data.train.names[row],
            "image": images.whole(row),
            "given": int(data.given[row]),
            "suggested": None if suggested[row] == NO_SUGGESTION else int(suggested[row]),
            "changed": bool(data.given[row] != data.train.labels[row]),
            "score": round(float(score[row]), 4),
            "belief": [round(float(p), 3) for p in beliefs[row]],
            **_votes(data.train, row),
            **({} if data.true is None else {"true": int(data.true[row])}),
            "why": {space: _neighbors(data, images, found, i) for space, found in why.items()},
        }
        for i, row in enumerate(suspects)
    ]
    shown = set(suspects.tolist())
    rest: list[Any] = [
        [data.train.names[row], int(data.given[row])]
        for row in np.flatnonzero(data.given != data.train.labels)
        if row not in shown
    ]
    held = data.evaluate.get(HOLDOUT)  # its labels are the observed ones
    if held is not None:
        rest += zip(held.names, held.labels.tolist(), strict=True)
    return {
        "classes": list(data.train.classes),
        "images": images.uris,
        "shrunk": images.shrunk,
        "cards": entries,
        "rest": rest,
    }


def _votes(train: Records, row: int) -> dict[str, Any]:
    if train.votes is None:
        return {}
    count = dict(zip(train.vote_names, train.votes[row].tolist(), strict=True))
    other = [f"{name} {n}" for name, n in count.items() if n and name not in train.classes]
    return {"votes": [count.get(name, 0) for name in train.classes], "other": ", ".join(other)}


def _neighbors(data: Data, images: "_Images", why: Why, i: int) -> list[list[Any]]:
    rows = why.index[i]
    weights = [None] * len(rows) if why.weight is None else why.weight[i].round(3).tolist()
    return [
        [images.thumbnail(row), int(data.given[row]), round(float(s), 3), w, data.train.names[row]]
        for row, s, w in zip(rows, why.similarity[i], weights, strict=True)
        if np.isfinite(s)
    ]


class _Images:
    """Data URIs of images, each stored once."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._place: dict[str, int] = {}
        self._thumbnails: dict[int, int] = {}
        self.shrunk = 0  # suspects whose image is not the stored one

    @property
    def uris(self) -> list[str]:
        """The images; cards refer to them by index."""
        return list(self._place)

    def whole(self, row: int) -> int:
        """The index of an image: as stored, or a smaller JPEG if that is too large."""
        stored = self._stored(row)
        size = upright_size(stored)
        if size is None or max(size) > LARGEST or len(stored) > _MOST_BYTES:
            self.shrunk += 1
            stored = _small(stored, self._records.names[row], LARGEST)
        return self._keep(stored)

    def thumbnail(self, row: int) -> int:
        """The index of an image, shrunk if it is larger than it will be shown."""
        if row not in self._thumbnails:
            small = _small(self._stored(row), self._records.names[row], _THUMBNAIL)
            self._thumbnails[row] = self._keep(small)
        return self._thumbnails[row]

    def _stored(self, row: int) -> bytes:
        records = self._records
        return records.sources[records.source[row]][int(records.position[row])]["image"]

    def _keep(self, encoded: bytes) -> int:
        kind = "png" if encoded.startswith(PNG) else "jpeg"
        uri = f"data:image/{kind};base64,{base64.b64encode(encoded).decode()}"
        return self._place.setdefault(uri, len(self._place))


def _small(encoded: bytes, name: str, side: int) -> bytes:
    image = decode(encoded, name)
    scale = min(1, side / max(image.shape[:2]))
    size = [max(1, round(scale * length)) for length in image.shape[1::-1]]
    image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 85]
    small = cv2.imencode(".jpg", image[..., ::-1], quality)[1].tobytes()
    is_small = upright_size(encoded) is not None and scale == 1
    return min(small, encoded, key=len) if is_small else small
