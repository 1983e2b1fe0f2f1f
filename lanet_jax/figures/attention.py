"""Figure 6: where the network looks, beside the landmarks."""

import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import cv2
import jax
import matplotlib
import numpy as np
from jaxtyping import Bool, Float, UInt8
from matplotlib.figure import Figure

from lanet_jax.devices.mesh import make
from lanet_jax.figures import style
from lanet_jax.figures.drawn_from import Source, sample
from lanet_jax.figures.gradcam import grad_cam
from lanet_jax.figures.style import NotDrawnError
from lanet_jax.input.records import Records
from lanet_jax.trained import network as trained_network
from lanet_jax.trained.load import restore

_LETTER = 0.09  # inches: a bold letter of a row's title
_LETTERS, _LINES = 14, 7  # of a row's title: letters in a line at least, and lines at most


class Face(NamedTuple):
    """An image, its class and its landmarks.

    Attributes:
      image: RGB, 0 to 255.
      label: name of the class that it is labelled with.
      points: landmarks, x and y in [0, 1].
      present: which landmarks are known.
    """

    image: UInt8[np.ndarray, "H W 3"]
    label: str
    points: Float[np.ndarray, "L 2"]
    present: Bool[np.ndarray, " L"]


class Attention(NamedTuple):
    """What a checkpoint predicts for the faces, and where it looks.

    Attributes:
      label: its title in the figure.
      predicted: name of each face's predicted class.
      probability: probability of each face's predicted class.
      heat: Grad-CAM map of that class, in [0, 1].
    """

    label: str
    predicted: Sequence[str]
    probability: Float[np.ndarray, " B"]
    heat: Float[np.ndarray, "B h w"]


@style.styled
def draw(faces: Sequence[Face], seen: Sequence[Attention]) -> Figure:
    """Draws a column for each face, with landmarks in the first row and a checkpoint in each other.

    Args:
      faces: test faces, one per column.
      seen: attention of each checkpoint.

    Returns:
      The figure.
    """
    titles = ["landmarks", *(look.label for look in seen)]
    # As wide as it takes for the longest title to stand beside its row, in as many lines as fit.
    letters = max(_LETTERS, *(-(-len(title) // (_LINES - 1)) for title in titles))
    side, margin = 1.25, _LETTER * letters + 0.1
    height = (side + 0.25) * (1 + len(seen)) + 0.1
    figure = style.canvas(side * len(faces) + margin, height)
    grid = figure.subplots(1 + len(seen), len(faces), squeeze=False)
    for axes, face in zip(grid[0], faces, strict=True):
        height, width = face.image.shape[:2]
        axes.imshow(face.image, interpolation="lanczos")
        x, y = (face.points[face.present] * (width, height) - 0.5).T
        # Two colours, so that points are visible on light and on dark skin.
        axes.scatter(x, y, s=5, c=style.PAPER, edgecolors=style.INK, linewidths=0.4)
        axes.set_title(face.label, fontsize=9)
    for row, look in zip(grid[1:], seen, strict=True):
        for i, (axes, face) in enumerate(zip(row, faces, strict=True)):
            axes.imshow(_overlay(face.image, look.heat[i]), interpolation="lanczos")
            right = look.predicted[i] == face.label
            text = f"{look.predicted[i]} {look.probability[i]:.0%}"
            color = style.INK if right else style.WRONG
            axes.set_xlabel(text if right else f"\N{MULTIPLICATION X} {text}", color=color)
            axes.xaxis.label.set_fontsize(8)
    beside: dict[str, Any] = {"rotation": 0, "ha": "right", "va": "center"}
    for row, title in zip(grid, titles, strict=True):
        row[0].set_ylabel(textwrap.fill(title, letters), fontweight="bold", **beside)
        for axes in row:
            style.bare(axes)
    return figure


def faces_of(records: Records, size: int, seed: int) -> list[Face]:
    """Draws one random face of each class that has landmarks.

    Args:
      records: records to choose from.
      size: side in pixels to which images are resized; 0 leaves them as they are.
      seed: seed of the choice; the same records give the same faces.

    Returns:
      The faces; a class of which no record has landmarks is left out.

    Raises:
      NotDrawnError: no record has landmarks.
    """
    faces = []
    for c, name in enumerate(records.classes):
        for row in sample(np.flatnonzero(records.labels == c), 0, seed):
            image, points, present = records.read(int(row), size)
            if present.any():
                faces.append(Face(image, name, points, present))
                break
    if not faces:
        raise NotDrawnError("the evaluated data has no landmarks")
    return faces


def look(source: Source, step: str, label: str, faces: Sequence[Face]) -> Attention:
    """Restores a checkpoint for inference and computes its Grad-CAM maps.

    Args:
      source: run that the checkpoint belongs to.
      step: a number, "last" or "best".
      label: what the checkpoint is called in the figure.
      faces: faces to look at.

    Returns:
      Predictions and maps.

    Raises:
      UserError: there is no such checkpoint, or it is incomplete.
    """
    trained = restore(source.run.folder.path, step, make(1, jax.devices()[:1]))
    classes = trained.card["classes"]
    method, preprocess = (
        trained_network.method(trained.card),
        trained_network.preprocessing(trained.card),
    )

    @jax.jit
    def maps(params, model_state, images):
        return grad_cam(method, params, model_state, preprocess(images))

    images = np.stack([face.image for face in faces])
    p, heat = map(np.asarray, maps(trained.params, trained.model_state, images))
    predicted = [classes[c] for c in p.argmax(axis=1)]
    return Attention(label, predicted, p.max(axis=1), heat)


def _overlay(
    image: UInt8[np.ndarray, "H W 3"], heat: Float[np.ndarray, "h w"]
) -> Float[np.ndarray, "H W 3"]:
    height, width = image.shape[:2]
    grown = cv2.resize(heat.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    grown = np.clip(grown, 0, 1)
    grey = np.repeat(image.mean(axis=2, keepdims=True) / 255, 3, axis=2)
    color = matplotlib.colormaps[style.HEAT](grown)[..., :3]
    return np.clip(0.45 * grey + 0.55 * color, 0, 1)
