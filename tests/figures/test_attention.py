import itertools

import cv2
import numpy as np
import pytest

from lanet_jax.figures import attention, style
from lanet_jax.figures.attention import Attention, Face
from lanet_jax.figures.style import NotDrawnError
from lanet_jax.input.memory import Memory
from lanet_jax.input.records import Records

CLASSES = ("anger", "fear")


def _records(present):
    """One record a class and one more of the first; its landmarks are known or not."""
    encoded = cv2.imencode(".png", np.zeros((8, 8, 3), np.uint8))[1].tobytes()
    source = [
        {"image": encoded, "landmarks": np.full((2, 2), 0.25 * i), "present": np.full(2, known)}
        for i, known in enumerate(present)
    ]
    return Records(
        sources=(source,),
        source=np.zeros(3, int),
        position=np.arange(3),
        names=("a", "b", "c"),
        labels=np.array([0, 1, 0]),
        classes=CLASSES,
        landmarks=2,
        scheme="",
        flip_index=(),
        votes=None,
        vote_names=(),
        memory=Memory(3),
    )


@pytest.mark.parametrize("seed", range(4))
def test_one_face_of_each_class_with_landmarks(seed):
    faces = attention.faces_of(_records([False, True, True]), 4, seed)
    assert [(face.label, face.points[0, 0]) for face in faces] == [("anger", 0.5), ("fear", 0.25)]
    assert faces[0].image.shape == (4, 4, 3)


def test_a_class_without_landmarks_is_left_out():
    faces = attention.faces_of(_records([True, False, False]), 0, 0)
    assert [face.label for face in faces] == ["anger"]
    with pytest.raises(NotDrawnError, match="no landmarks"):
        attention.faces_of(_records([False] * 3), 0, 0)


def test_faces_above_maps_below():
    points = np.array([[0.5, 0.25], [0.9, 0.9]])
    image = np.zeros((8, 8, 3), np.uint8)
    faces = [Face(image, name, points, np.array([True, False])) for name in CLASSES]
    heat = np.zeros((2, 2, 2))
    heat[0, 0, 1] = 1  # above on the right
    seen = [Attention("CE", ("anger", "anger"), np.array([0.9, 0.6]), heat)]
    figure = attention.draw(faces, seen)
    first, _, map_, wrong = figure.axes
    assert (first.get_title(), first.get_ylabel(), map_.get_ylabel()) == (
        "anger",
        "landmarks",
        "CE",
    )
    # The middle of the image's 8 px, in coordinates where pixel 0 reaches from -0.5 to 0.5.
    np.testing.assert_allclose(first.collections[0].get_offsets(), [[3.5, 1.5]])
    assert map_.get_xlabel() == "anger 90%"
    assert wrong.get_xlabel() == "\N{MULTIPLICATION X} anger 60%"
    assert wrong.xaxis.label.get_color() == style.WRONG
    brightness = np.asarray(map_.images[0].get_array()).sum(axis=2)
    quarters = [brightness[i : i + 4, j : j + 4].mean() for i in (0, 4) for j in (0, 4)]
    assert quarters[1] > 2 * max(quarters[0], *quarters[2:])


def test_titles_stand_beside_their_rows_within_the_figure():
    image, points = np.zeros((8, 8, 3), np.uint8), np.full((2, 2), 0.5)
    faces = [Face(image, name, points, np.ones(2, bool)) for name in CLASSES]
    titles = (
        "CE",
        "LA-Net with trust, memory",
        "LA-Net with trust, memory (study/noise 30%/lanet, neighbours 16/seed 0), step 12000",
        "LA-Net (a_name_without_any_space_that_a_line_could_end_at)",
    )
    seen = [Attention(title, CLASSES, np.ones(2), np.zeros((2, 2, 2))) for title in titles]
    figure = attention.draw(faces, seen)
    figure.draw_without_rendering()
    rows = figure.axes[::2]
    texts = [axes.yaxis.label.get_window_extent() for axes in rows]
    for axes, text in zip(rows, texts, strict=True):
        assert text.x0 >= 0 and text.x1 <= axes.bbox.x0
        assert text.y0 >= max(0, axes.bbox.y0 - 0.25 * figure.dpi)
        assert text.y1 <= min(figure.bbox.height, axes.bbox.y1 + 0.25 * figure.dpi)
    assert all(above.y0 >= below.y1 for above, below in itertools.pairwise(texts))
