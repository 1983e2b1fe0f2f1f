"""Class names in any script: drawn, or told apart by their code points."""

from pathlib import Path

import numpy as np
import pytest

from lanet_jax.figures import fonts, style
from lanet_jax.predict import annotate
from lanet_jax.predict.face_rows import Row


@pytest.fixture
def no_others(monkeypatch):
    monkeypatch.setattr(fonts, "_others", lambda: ())
    monkeypatch.setattr(fonts, "_told", set())
    fonts.drawable.cache_clear()
    yield
    fonts.drawable.cache_clear()


def test_what_matplotlibs_font_has_is_drawn_by_it():
    for text in ("happiness 95%", "Überraschung", "радость", "χαρά", ""):
        assert fonts.drawable(text) == (text, fonts._OWN)


def test_letters_that_no_font_has_become_code_points(no_others, capsys):
    assert fonts.drawable("开心 95%")[0] == "U+5F00 U+5FC3  95%"
    assert fonts.drawable("伤心 95%")[0] == "U+4F24 U+5FC3  95%"
    for text in ("开心 95%", "开心 96%", "伤心", "Ü 开"):  # letters that are told already
        fonts.drawable(text)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2 and "no font of this machine has the letters of '开心 95%'" in said[0]


def test_another_font_is_found_by_its_letters(monkeypatch):
    real, other = fonts._letters, Path("Han.ttf")
    latin = frozenset(map(ord, "%.0123456789 "))
    letters = {other: latin | {0x5F00, 0x5FC3}, Path("Thai.ttf"): latin}
    monkeypatch.setattr(fonts, "_others", lambda: tuple(sorted(letters)))
    monkeypatch.setattr(fonts, "_letters", lambda path: letters.get(path) or real(path))
    fonts.drawable.cache_clear()
    assert fonts.drawable("开心 95%") == ("开心 95%", other)
    fonts.drawable.cache_clear()


def test_files_that_are_no_fonts_have_no_letters(tmp_path):
    (tmp_path / "a.ttf").write_bytes(b"no font")
    assert fonts._letters(tmp_path / "a.ttf") == frozenset()


def test_two_classes_never_look_the_same(no_others):
    names = ("开心", "伤心")
    image = np.full((500, 500, 3), 128, np.uint8)
    box = (100.0, 100.0, 300.0, 300.0)
    first, second = (
        annotate.draw(image, [Row("a", 0, "face", box, 0.9, name, (0.5, 0.5))], names)
        for name in names
    )
    assert (first != second).any()


def test_figures_too(no_others, tmp_path):
    figure = style.canvas(2, 1)
    axes = figure.subplots()
    axes.set_title("开心")
    axes.set_xlabel("two\nlines")
    style.save(figure, tmp_path, "a")
    assert axes.get_title().strip() == "U+5F00 U+5FC3"
    assert axes.get_xlabel() == "two\nlines"
