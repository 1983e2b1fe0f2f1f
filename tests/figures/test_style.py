import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lanet_jax.classes import EXPRESSIONS
from lanet_jax.figures import style


def test_an_expression_looks_the_same_in_every_data_set():
    eight, seven = style.class_style(EXPRESSIONS), style.class_style(EXPRESSIONS[:7])
    assert seven == eight[:7]
    assert style.class_style(["neutral", "anger"]) == [eight[6], eight[0]]


@pytest.mark.parametrize("count", [8, 16])
def test_classes_differ_by_colour_and_mark(count):
    pairs = style.class_style([f"class {i}" for i in range(count)])
    assert len(set(pairs)) == count
    assert len({mark for _, mark in pairs}) == 8


def test_series_differ_by_mark_too():
    pairs = [style.series(i) for i in range(36)]
    assert len(set(pairs)) == 36
    assert len({mark for _, mark in pairs[:6]}) == len({color for color, _ in pairs[:6]}) == 6


@style.styled
def _figure():
    figure = style.canvas(2, 1)
    figure.subplots().plot([0, 1], [1, 3])
    return figure


def test_the_same_figure_is_the_same_files(tmp_path):
    first, second = (style.save(_figure(), tmp_path / name, "x") for name in ("a", "b"))
    assert [path.name for path in first] == ["x.png", "x.svg"]
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert not list(tmp_path.rglob("*.tmp"))


def test_the_style_holds_where_it_is_asked_for_only():
    import matplotlib

    before = dict(matplotlib.rcParams)
    figure = _figure()
    assert dict(matplotlib.rcParams) == before
    (axes,) = figure.axes
    assert not axes.spines["top"].get_visible()
    np.testing.assert_allclose(figure.get_size_inches(), [2, 1])


@style.styled
def test_long_class_names_are_within_the_figure():
    figure = style.canvas(5, 3)
    figure.subplots()
    style.class_legend(figure, [f"an expression of a long name {i}" for i in range(4)])
    figure.canvas.draw()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0 and box.x1 <= figure.bbox.width


def test_decimals_follow_the_ticks():
    percent = style.Percent()
    for places, written in (
        ((0, 0.5, 1), ["0%", "50%", "100%"]),
        ((0.225, 0.23), ["22.5%", "23.0%"]),
        ((0.2225, 0.2250), ["22.25%", "22.50%"]),
    ):
        percent.set_locs(places)
        assert [percent.format_pct(place, 1) for place in places] == written


def test_a_home_that_cannot_be_written_is_no_matter():
    kept = {"MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"}
    env = {name: value for name, value in os.environ.items() if name not in kept}
    script = "import lanet_jax.figures, matplotlib; print(matplotlib.get_configdir())"
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env=env | {"HOME": "/proc/absent"},
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert not Path(ended.stdout.strip()).exists()  # temporary
