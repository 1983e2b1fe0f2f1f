"""Faces of a prepared dataset as folders of somebody's own."""

import sys
from types import SimpleNamespace

import numpy as np
from PIL import Image

from benchmarks import own_faces
from lanet_jax.input.records import Landmarks

SIZES = ((4, 8), (6, 6), (2, 5))  # height, width


class Fake(SimpleNamespace):
    """So many records as a prepared split gives them."""

    classes = ("fear", "joy")
    scheme = "points5"

    def __len__(self):
        return len(self.names)

    def read(self, row, size):
        height, width = SIZES[self.rows[row]]
        return np.full((height, width, 3), self.rows[row], np.uint8), None, None

    def take(self, rows):
        rows = np.asarray(rows)
        marks = Landmarks(*(np.asarray(part)[rows] for part in MARKS))
        names = [f"FER/f{row}.jpg" for row in rows]
        return Fake(rows=rows, names=names, labels=np.array([1, 0, 1])[rows], marks=marks)


POINTS = np.full((3, 5, 2), 0.5)
PRESENT = np.array([[True] * 5, [False] * 5, [False] * 4 + [True]])
MARKS = Landmarks(POINTS, PRESENT, np.ones(3))


def written(monkeypatch, tmp_path, *flags):
    monkeypatch.setattr(own_faces.records, "load", lambda *_: Fake().take(range(3)))
    arguments = ["own_faces", "--data_dir", "d", "--out", str(tmp_path), *flags]
    monkeypatch.setattr(sys, "argv", arguments)
    own_faces.main()
    return np.load(tmp_path / "landmarks.npz")


def test_each_face_is_in_the_folder_of_its_class_with_its_landmarks(monkeypatch, tmp_path):
    file = written(monkeypatch, tmp_path)
    assert list(file["name"]) == ["joy/f0.png", "fear/f1.png", "joy/f2.png"]
    assert [Image.open(tmp_path / "faces" / name).size for name in file["name"]] == [
        (width, height) for height, width in SIZES
    ]
    np.testing.assert_array_equal(file["points"][:, 0], [[4, 2], [3, 3], [2.5, 1]])  # pixels
    assert list(file["ok"]) == [True, False, True] and file["scheme"] == "points5"


def test_so_many_are_drawn_by_the_seed(monkeypatch, tmp_path):
    names = {
        seed: tuple(written(monkeypatch, tmp_path / seed, "--count", "2", "--seed", seed)["name"])
        for seed in "012345"
    }
    assert all(len(set(drawn)) == 2 for drawn in names.values())
    assert len(set(names.values())) > 1
