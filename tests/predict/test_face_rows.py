"""One row a face, or one that says why there is none."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from lanet_jax.predict.crops import Crop, Found
from lanet_jax.predict.face_rows import Row, restored, rows_of
from lanet_jax.predict.given import Item
from lanet_jax.predict.sources import Frame

CLASSES = ("anger", "fear", "neutral")


def found(*crops, pixels=True, **said):
    image = np.zeros((4, 4, 3), np.uint8) if pixels else None
    return Found(Frame(Item("a.png", Path("a.png")), 3, image, time=0.5, **said), tuple(crops))


def crop(note="", score=0.9):
    return Crop((1.0, 2.0, 3.0, 4.0), score, np.zeros((2, 2, 3), np.uint8), note)


def test_each_face_has_a_row_in_their_order():
    p = np.array([[0.2, 0.5, 0.3], [0.7, 0.2, 0.1]])
    first, second = rows_of(found(crop(), crop("turned", 0.4)), p, CLASSES)
    assert (first.file, first.frame, first.time, first.status) == ("a.png", 3, 0.5, "face")
    assert (first.top, first.probabilities) == ("fear", (0.2, 0.5, 0.3))
    assert (first.box, first.score, first.note) == ((1.0, 2.0, 3.0, 4.0), 0.9, "")
    assert (second.top, second.score, second.note) == ("anger", 0.4, "turned")


def test_remarks_on_picture_and_face_are_both_told():
    [row] = rows_of(found(crop("turned"), note="2 pages"), np.eye(3)[:1], CLASSES)
    assert row.note == "2 pages; turned"


def test_a_picture_without_a_face_and_one_that_cannot_be_read():
    [none] = rows_of(found(note="2 pages"), np.zeros((0, 3)), CLASSES)
    assert (none.status, none.note, none.error, none.box) == ("no face", "2 pages", "", None)
    [broken] = rows_of(found(pixels=False, error="cut"), np.zeros((0, 3)), CLASSES)
    assert (broken.status, broken.error, broken.top) == ("error", "cut", None)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_probabilities_that_are_none_are_no_prediction(bad):
    p = np.array([[bad, 0.5, 0.5], [0.7, 0.2, 0.1]])
    wrong, right = rows_of(found(crop(), crop()), p, CLASSES)
    assert (wrong.status, wrong.top, wrong.probabilities) == ("error", None, None)
    assert "its weights are damaged" in wrong.error and wrong.box is not None
    assert right.status == "face"


def test_as_many_probabilities_as_faces_are_needed():
    with pytest.raises(ValueError):
        rows_of(found(crop(), crop()), np.eye(3)[:1], CLASSES)


def test_a_row_comes_back_from_json():
    for row in (*rows_of(found(crop("x")), np.eye(3)[:1], CLASSES), Row("b", 0, "no face")):
        assert restored(json.loads(json.dumps(dataclasses.asdict(row)))) == row
    with pytest.raises(TypeError):
        restored({"file": "a", "frame": 0, "status": "face", "more": 1})
