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


@pytest.mark.parametrize(
    ("accuracies", "written"),
    [
        ((0.22, 0.231), ["22.0%", "22.2%", "22.4%", "22.6%", "22.8%", "23.0%", "23.2%"]),
        ((0.2, 0.7), ["20%", "30%", "40%", "50%", "60%", "70%"]),
    ],
)
def test_ticks_are_told_apart_with_no_more_decimals_than_that_takes(accuracies, written):
    figure = sweep.draw({"loss.trust": [Curve("", [(0, accuracies[:1]), (1, accuracies[1:])])]})
    figure.canvas.draw()
    shown = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert len(set(shown)) == len(shown) and set(written[:-1]) <= set(shown)
    assert len({len(text) for text in shown if float(text[:-1]) >= 10}) == 1


def test_a_long_legend_is_within_the_figure():
    names = [f"LA-Net with trust, {10 * i}% symmetric noise, lde.neighbors {i}" for i in range(4)]
    names.append(", ".join(["held out, by observed labels"] * 6))
    alone = sweep.draw({"x": [Curve("", [(0, [0.5]), (1, [0.6])])]})
    figure = sweep.draw({"x": [Curve(name, [(0, [0.5]), (1, [0.6])]) for name in names]})
    figure.canvas.draw()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0 and box.x1 <= figure.bbox.width
    assert box.y0 >= 0 and box.y1 <= figure.axes[0].bbox.y0
    assert figure.axes[0].bbox.height > 0.8 * alone.axes[0].bbox.height
    texts = [text.get_text().replace("\n", " ") for text in figure.legends[0].get_texts()]
    assert texts == names


def test_short_names_stand_beside_each_other():
    curves = [Curve(name, [(0, [0.5]), (1, [0.6])]) for name in ("CE", "SCN", "LA-Net")]
    figure = sweep.draw({"x": curves})
    figure.canvas.draw()
    heights = {round(text.get_window_extent().y0) for text in figure.legends[0].get_texts()}
    assert len(heights) == 1
