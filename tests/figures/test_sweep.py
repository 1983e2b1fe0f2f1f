import numpy as np
import pytest

from lanet_jax.figures import sweep
from lanet_jax.figures.style import NotDrawnError
from lanet_jax.figures.sweep import Curve


def test_a_point_is_the_mean_of_its_seeds_and_its_bar_their_deviation():
    figure = sweep.draw({"lde.neighbors": [Curve("", [(8, [0.5, 0.7]), (4, [0.3, 0.3])])]})
    (axes,) = figure.axes
    (container,) = axes.containers
    np.testing.assert_allclose(container.lines[0].get_xydata(), [[4, 0.3], [8, 0.6]])
    (bars,) = container.lines[2]
    low, high = np.array(bars.get_segments())[1, :, 1]
    assert (high - low) / 2 == pytest.approx(0.1 * np.sqrt(2))
    dots = [place for part in axes.collections[:-1] for place in part.get_offsets()]
    assert len(dots) == 4
    assert axes.get_xscale() == "linear"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["4", "8"]
    assert "$K$" in axes.get_xlabel()


def test_a_dollar_in_a_name_is_no_formula():
    figure = sweep.draw({"lde.neighbors": [Curve("a$b$c", [(1, [0.5]), (2, [0.6])])]})
    (legend,) = figure.legends
    assert [(t.get_text(), t.get_parse_math()) for t in legend.get_texts()] == [("a$b$c", False)]
    assert figure.axes[0].xaxis.label.get_parse_math()  # K is one


def test_single_seeds_have_no_bars():
    figure = sweep.draw({"x.y": [Curve("", [(1, [0.5]), (2, [0.6])])]})
    (container,) = figure.axes[0].containers
    assert not container.has_yerr
    assert figure.axes[0].get_xlabel() == "x.y"


@pytest.mark.parametrize(("count", "rows"), [(2, 1), (3, 1), (4, 2), (5, 2), (7, 3)])
def test_one_panel_for_each_field(count, rows):
    curves = {f"field{i}": [Curve("", [(0.01, [0.5]), (0.1, [0.6])])] for i in range(count)}
    figure = sweep.draw(curves)
    assert [axes.get_xlabel() for axes in figure.axes] == list(curves)
    assert sum(bool(axes.get_ylabel()) for axes in figure.axes) == rows
    assert figure.axes[0].get_xscale() == "log"


def test_a_curve_looks_the_same_in_every_panel():
    one, other = Curve("clean", [(1, [0.5]), (2, [0.6])]), Curve("noisy", [(1, [0.3]), (2, [0.2])])
    figure = sweep.draw({"a": [one, other], "b": [other]})
    first, second = figure.axes
    assert first.containers[1].lines[0].get_color() == second.containers[0].lines[0].get_color()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["clean", "noisy"]


def test_nothing_varied():
    with pytest.raises(NotDrawnError):
        sweep.draw({})
