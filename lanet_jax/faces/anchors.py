"""From a single-shot detector's raw output to faces: anchors, decoding, one box per face.

Follows Bazarevsky et al. 2019, BlazeFace: sub-millisecond neural face detection on mobile GPUs:
anchors of one size (section 3.2), and overlapping predictions averaged instead of suppressed (3.3).
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from scipy.special import expit

SAME_FACE = 0.3  # intersection over union at or above which two boxes are one face


@dataclasses.dataclass(frozen=True)
class Candidates:
    """Boxes that may be faces, best first or in any order.

    Attributes:
      boxes: left, upper, right and lower edge.
      keypoints: eye on the image's left, eye on its right, nose, mouth, ear on the left and right.
      scores: in [0, 1].
    """

    boxes: Float[np.ndarray, "A 4"]
    keypoints: Float[np.ndarray, "A 6 2"]
    scores: Float[np.ndarray, " A"]

    def __getitem__(self, index: np.ndarray | slice) -> "Candidates":
        return Candidates(self.boxes[index], self.keypoints[index], self.scores[index])

    def __len__(self) -> int:
        return len(self.scores)


def grid_anchors(side: int, grids: Sequence[tuple[int, int]]) -> Float[np.ndarray, "A 2"]:
    """Centres of a detector's anchors.

    Args:
      side: side of the network's input, in pixels.
      grids: for each grid the stride of its cells in pixels, and the number of anchors in a cell.

    Returns:
      x and y in [0, 1] of the input, cell by cell, row by row, grid by grid.
    """
    found = []
    for stride, per_cell in grids:
        line = (np.arange(side // stride) + 0.5) * stride / side
        x, y = np.meshgrid(line, line)
        found.append(np.stack([x, y], axis=-1).reshape(-1, 2).repeat(per_cell, axis=0))
    return np.concatenate(found)


def decode(
    raw: Float[np.ndarray, "A 16"],
    logits: Float[np.ndarray, "A 1"],
    anchors: Float[np.ndarray, "A 2"],
    side: int,
    least: float,
) -> Candidates:
    """Reads a detector's output.

    Args:
      raw: for each anchor the box's centre, its width and height, and six keypoints, in pixels of
        the input; centre and keypoints are relative to the anchor.
      logits: scores before the sigmoid.
      anchors: from `grid_anchors`.
      side: side of the network's input, in pixels.
      least: candidates with a lower score are dropped.

    Returns:
      The remaining candidates, in [0, 1] of the input.
    """
    scores = expit(logits[:, 0].astype(float))
    kept = scores >= least
    values, anchors = raw[kept].astype(float).reshape(-1, 8, 2) / side, anchors[kept]
    center, half = values[:, 0] + anchors, values[:, 1] / 2
    return Candidates(
        boxes=np.concatenate([center - half, center + half], axis=1),
        keypoints=values[:, 2:] + anchors[:, None],
        scores=scores[kept],
    )


def merge(candidates: Candidates, overlap: float = SAME_FACE) -> Candidates:
    """Averages the candidates of each face, weighted by their scores.

    Args:
      candidates: in any order.
      overlap: least intersection over union with the best one of a face.

    Returns:
      One candidate per face, best first, each with the best score of its group.
    """
    rest = candidates[np.argsort(-candidates.scores, kind="stable")]
    merged = []
    while len(rest):
        same = intersection_over_union(rest.boxes[0], rest.boxes) >= overlap
        same[0] = True  # an empty box does not overlap with itself
        group, rest = rest[same], rest[~same]
        weights = group.scores / group.scores.sum()
        points = np.tensordot(weights, group.keypoints, 1)
        merged.append((weights @ group.boxes, points, group.scores[0]))
    boxes, keypoints, scores = zip(*merged, strict=True) if merged else ((), (), ())
    return Candidates(
        np.reshape(boxes, (-1, 4)), np.reshape(keypoints, (-1, 6, 2)), np.array(scores)
    )


def join(parts: Sequence[Candidates]) -> Candidates:
    """All candidates of several lists."""
    return Candidates(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.keypoints for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def intersection_over_union(
    box: Float[np.ndarray, "4"], boxes: Float[np.ndarray, "A 4"]
) -> Float[np.ndarray, " A"]:
    """Intersection over union of a box and each of many; 0 for boxes without area."""
    low, high = np.maximum(box[:2], boxes[:, :2]), np.minimum(box[2:], boxes[:, 2:])
    common = np.maximum(high - low, 0).prod(1)
    area = np.maximum(boxes[:, 2:] - boxes[:, :2], 0).prod(1)
    both = area + np.maximum(box[2:] - box[:2], 0).prod() - common
    return np.divide(common, both, out=np.zeros_like(both), where=both > 0)
