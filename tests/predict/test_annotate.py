import numpy as np
import pytest

from lanet_jax.predict import annotate
from lanet_jax.predict.face_rows import Row

CLASSES = ("anger", "happiness")


def _face(box, share=0.8):
    return Row("a", 0, "face", box, 0.9, "happiness", (1 - share, share))


def _changed(before, after):
    return (before.astype(int) != after).any(2)


@pytest.mark.parametrize(
    ("height", "width", "box"),
    [
        (48, 48, (0, 0, 48, 48)),
        (1, 1, (0, 0, 1, 1)),
        (3, 700, (0, 0, 700, 3)),
        (700, 3, (-5, 20, 9, 40)),
        (600, 800, (700.5, 500, 900, 700)),
        (400, 3000, (10, 10, 200, 200)),
    ],
)
def test_any_size(height, width, box):
    image = np.full((height, width, 3), 90, np.uint8)
    before = image.copy()
    picture = annotate.draw(image, [_face(box)], CLASSES)
    np.testing.assert_array_equal(image, before)
    assert max(picture.shape[:2]) >= annotate.LEAST_SIDE
    assert picture.shape[0] * width == picture.shape[1] * height
    assert (picture != 90).any()


def test_the_text_grows_with_the_picture():
    heights = []
    for side in (480, 2400):
        image = np.zeros((side, side, 3), np.uint8)
        box = tuple(side * edge for edge in (0.4, 0.4, 0.6, 0.6))
        picture = annotate.draw(image, [_face(box)], CLASSES)
        above = picture[: round(side * 0.4)].max(2) > 0
        heights.append(above.any(1).sum() / side)
    assert heights[0] == pytest.approx(heights[1], rel=0.25)
    assert heights[0] > 1 / 40


def test_the_bar_is_as_long_as_the_probability():
    lengths = []
    for share in (0.25, 0.5, 1.0):
        plate = annotate._plate("happiness 50%", share, "#ff0000", 20)
        lengths.append((plate == (255, 0, 0)).all(2).any(0).sum())
    assert lengths[2] / lengths[0] == pytest.approx(4, rel=0.1)
    assert lengths[2] / lengths[1] == pytest.approx(2, rel=0.1)


def test_labels_hide_no_face_and_no_label_where_there_is_room():
    image = np.full((800, 800, 3), 128, np.uint8)
    rows = [_face((300, 300, 400, 400)), _face((410, 300, 510, 400)), _face((350, 410, 450, 510))]
    picture = annotate.draw(image, rows, CLASSES)
    changed = _changed(image, picture)
    for row in rows:
        left, upper, right, lower = map(int, row.box)
        assert not changed[upper + 12 : lower - 12, left + 12 : right - 12].any()
    one = sum(_changed(image, annotate.draw(image, [row], CLASSES)).sum() for row in rows)
    assert changed.sum() == one  # nothing lies over anything


def test_a_frame_without_a_face_says_so():
    image = np.full((500, 500, 3), 128, np.uint8)
    changed = _changed(image, annotate.draw(image, [Row("a", 0, "no face")], CLASSES))
    assert changed[:60, :150].any()
    assert not changed[60:].any()
