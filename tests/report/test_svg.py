import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from markupsafe import Markup

from lanet_jax.report import charts, svg


def test_an_element_escapes_what_is_not_markup():
    made = svg.element("text", "a<b", Markup("<tspan/>"), class_="x", fill_opacity=0.123456)
    assert made == '<text class="x" fill-opacity="0.1235">a&lt;b<tspan/></text>'
    assert svg.element("img", alt='"<b>') == '<img alt="&#34;&lt;b&gt;"/>'


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.31, 0.69, [0.3, 0.4, 0.5, 0.6, 0.7]),
        (-3, 12, [-5, 0, 5, 10, 15]),
    ],
)
def test_ticks_are_round_and_enclose(low, high, expected):
    assert svg.ticks(low, high, 5) == pytest.approx(expected)


def test_what_is_alike_in_four_digits_is_one_value():
    found = svg.ticks(7.99994, 7.99998, 5)
    assert found[0] <= 7.2 and found[-1] >= 8.7


@pytest.mark.parametrize("value", [0, 0.5, -2, 1e-9, 1e9])
def test_ticks_of_a_single_value(value):
    found = svg.ticks(value, value, 5)
    assert found[0] < value < found[-1]


def test_axes_put_the_ends_of_the_range_at_the_ends_of_the_frame():
    axes = svg.Axes((0, 10), [0, 5, 10], "x", width=400)
    assert axes.x(0) < axes.x(10) < 400
    assert axes.x(5) == pytest.approx((axes.x(0) + axes.x(10)) / 2)
    assert axes.y(10) < axes.y(5) < axes.y(0) < svg.HEIGHT
    above = svg.Axes((0, 10), [20, 25, 30], "x", width=400)
    assert [above.y(y) for y in (20, 25, 30)] == [axes.y(y) for y in (0, 5, 10)]


def test_a_box_stands_on_the_x_axis():
    axes = svg.Axes((0, 10), [20, 25, 30], "x")
    box = ElementTree.fromstring(axes.box((2, 4), 25, "what it is"))
    x, y, width, height = (float(box.get(name)) for name in ("x", "y", "width", "height"))
    assert (x, x + width) == pytest.approx((axes.x(2), axes.x(4)), abs=0.1)
    assert (y, y + height) == pytest.approx((axes.y(25), axes.y(20)), abs=0.1)


@pytest.mark.parametrize(
    ("unit", "written"),
    [("%", ["0.0%", "0.5%", "1.0%"]), ("", ["0.000", "0.005", "0.010"])],
)
def test_ticks_have_as_many_digits_as_their_step(unit, written):
    chart = svg.Axes((1, 9), [0, 0.005, 0.01], "x", unit).drawing([], "")
    texts = [(e.get("class"), e.text) for e in ElementTree.fromstring(chart).iter("text")]
    assert [text for kind, text in texts if kind == "tick y"] == written
    # 0 and 10 lie outside the range.
    assert [text for kind, text in texts if kind == "tick"] == ["2", "4", "6", "8"]


def _texts(chart, tag):
    return [element.text for element in ElementTree.fromstring(chart).iter(tag)]


def test_a_line_s_points_say_their_values():
    series = [charts.Series("one & two", [1, 2], [0.25, 0.5], 1)]
    chart = charts.lines(series, "epoch", charts.percent, "what it is")
    assert _texts(chart, "title") == ["one & two: 25.0% at epoch 1", "one & two: 50.0% at epoch 2"]
    assert {"25%", "50%", "epoch"} <= set(_texts(chart, "text"))
    assert 'aria-label="what it is"' in chart


@pytest.mark.parametrize(
    ("epochs", "written"),
    [
        ([10 / 9], ["1", "2"]),
        ([0.25, 0.75], ["0", "1"]),
        ([0.5, 1, 1.5, 2, 2.5, 3], ["1", "2", "3"]),
    ],
)
def test_epochs_are_whole(epochs, written):
    chart = charts.lines([charts.Series("one", epochs, epochs)], "epoch", charts.digits, "")
    texts = [e.text for e in ElementTree.fromstring(chart).iter("text") if e.get("class") == "tick"]
    assert texts == written


def test_a_line_of_one_point_is_drawn():
    chart = charts.lines([charts.Series("one", [3], [0.7])], "epoch", charts.digits, "")
    assert "nan" not in chart
    assert _texts(chart, "title") == ["one: 0.7 at epoch 3"]
    assert [t for t in _texts(chart, "text") if "." not in t] == ["3", "epoch"]  # no epoch 2.6


def test_shares_end_at_all_and_at_none():
    for value, ends in ((1.0, ("90%", "100%")), (0.0, ("0%", "10%"))):
        texts = _texts(
            charts.lines([charts.Series("a", [1], [value])], "x", charts.percent, ""), "text"
        )
        shown = [text for text in texts if text.endswith("%")]
        assert (shown[0], shown[-1]) == ends


def test_a_histogram_counts_each_group_by_itself():
    groups = [("right labels", np.array([0.1, 0.2, 0.9, 0.95])), ("wrong labels", np.array([1.0]))]
    said = _texts(charts.histogram(groups, 2, "score", ""), "title")
    assert said == [
        "0 to 0.5: 50.0% of the right labels (2)",
        "0.5 to 1: 50.0% of the right labels (2)",
        "0 to 0.5: 0.0% of the wrong labels (0)",
        "0.5 to 1: 100.0% of the wrong labels (1)",
    ]


def test_a_confusion_matrix_is_shaded_by_row():
    chart = charts.heatmap(np.array([[9, 1], [0, 0]]), ("a", "b"), "")
    assert "a taken for b: 1 of 10 (10.0%)" in _texts(chart, "title")
    rects = [rect.get("fill-opacity") for rect in ElementTree.fromstring(chart).iter("rect")]
    assert rects == ["0.9", "0.1", "0", "0"]
    assert chart.count("cell strong") == 1


def test_a_class_without_records_has_no_shares():
    chart = charts.heatmap(np.array([[9, 1], [0, 0]]), ("a", "b"), "")
    cells = [g.findtext("text") for g in ElementTree.fromstring(chart).iter("g")]
    assert cells == ["90", "10", "-", "-"]


@pytest.mark.parametrize("name", ["a", "neutral_expression", "W" * 60])
@pytest.mark.parametrize("drawn", ["heatmap", "bars"])
def test_names_have_room(name, drawn):
    bars = charts.bars([(name, 0.5, "")], "")
    chart = bars if drawn == "bars" else charts.heatmap(np.eye(2, dtype=int), (name, "b"), "")
    root = ElementTree.fromstring(chart)
    texts = [text for text in root.iter("text") if text.get("class") == "name"]
    shown = texts[0].text
    assert shown == name or (len(shown) == 24 and texts[0].findtext("title") == name)
    assert float(texts[0].get("x")) >= 6.6 * len(shown)
    rails = [float(rect.get("width")) for rect in root.iter("rect")]
    assert min(rails) > 20


def test_bars_are_as_long_as_their_shares():
    chart = charts.bars([("a", 0.5, "5 of 10"), ("b", 1.0, "2 of 2")], "")
    rail, half, _, whole = (
        float(rect.get("width")) for rect in ElementTree.fromstring(chart).iter("rect")
    )
    assert half == pytest.approx(rail / 2)
    assert whole == pytest.approx(rail)
