"""Cells that a spreadsheet would run stay what they are; the docs say how to open a table."""

import csv
from pathlib import Path

import numpy as np

from lanet_jax.input import noise_file

NAMES = ("=1+1.jpg", "+a.jpg", "-b.jpg", "@c.jpg", '=HYPERLINK("x").jpg')
CLASSES = ("=happy", "@sad")


def test_names_and_classes_are_kept_and_read_back(tmp_path):
    given = np.array([0, 1, 0, 1, 1])
    noise_file.write(tmp_path / "labels.csv", NAMES, given, given, CLASSES)
    rows = list(csv.reader((tmp_path / "labels.csv").open(newline="")))
    assert [row[0] for row in rows[1:]] == list(NAMES)
    read = noise_file.restore(tmp_path / "labels.csv", NAMES, CLASSES, 1 - given)
    assert read.tolist() == given.tolist()


def test_the_docs_say_how_to_open_them():
    page = (Path(__file__).parents[2] / "docs/training.md").read_text(encoding="utf-8")
    said = " ".join(page.split())
    assert "with every column as text" in said and "begin with `=`, `+`, `-` or `@`" in said
