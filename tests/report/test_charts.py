"""Where the charts draw what they are given."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from lanet_jax.report import charts, svg


def _elements(chart, tag, kind=None):
    found = ElementTree.fromstring(chart).iter(tag)
    return [e for e in found if kind is None or e.get("class") == kind]


def _number(element, name):
    return float(element.get(name))


def test_each_line_has_its_own_colour():
    series = [charts.Series(name, [1, 2], [1, 2], i) for i, name in enumerate("ab")]
    chart = charts.lines(series, "epoch", charts.digits, "")
    for tag, each in (("path", 1), ("circle", 2)):
        styles = [e.get("style") for e in _elements(chart, tag)]
        assert [re.search(r"series-(\d)", style)[1] for style in styles] == ["0"] * each + [
            "1"
        ] * each


def test_the_highest_bin_of_any_group_is_inside_the_frame():
    groups = [("one", np.array([0.1, 0.9])), ("two", np.array([0.1, 0.1]))]
    chart = charts.histogram(groups, 2, "score", "")
    tops = [
        min(map(float, re.findall(r"V([\d.-]+)", e.get("d")))) for e in _elements(chart, "path")
    ]
    base, top = (svg.Axes((0, 1), [0, 1], "").y(share) for share in (0, 1))
    assert tops == pytest.approx([(base + top) / 2, top])


def test_rows_of_a_confusion_matrix_are_labels_from_the_top():
    chart = charts.heatmap(np.array([[9, 1], [0, 4]]), ("a", "b"), "")
    cells = {e.findtext("title")[:15]: e.find("rect") for e in _elements(chart, "g")}
    at = {said: (_number(e, "x"), _number(e, "y")) for said, e in cells.items()}
    right, below = at["a taken for b: "], at["b taken for a: "]
    assert right[0] > below[0] and right[1] < below[1]
    rows = {e.text: _number(e, "y") for e in _elements(chart, "text", "name")}
    assert right[1] < rows["a"] < below[1] < rows["b"]
    column = {
        e.text: float(re.search(r"translate\(([\d.]+)", e.get("transform"))[1])
        for e in _elements(chart, "text", "column")
    }
    assert below[0] < column["a"] < right[0] < column["b"]


def test_a_bar_s_share_stands_behind_it():
    chart = charts.bars([("a", 0.25, ""), ("b", 1.0, "")], "")
    assert [e.text for e in _elements(chart, "text", "value")] == ["25.0%", "100.0%"]


def test_a_calibrated_bin_ends_at_the_diagonal():
    chart = charts.reliability([(0.4, 0.6, 0.5, ""), (0.6, 0.8, 0.2, "")], "")
    [diagonal] = _elements(chart, "path", "guide")
    x0, y0, x1, y1 = map(float, re.findall(r"[\d.]+", diagonal.get("d")))
    assert x0 < x1 and y0 > y1
    one, low = _elements(chart, "rect")
    middle, end = _number(one, "x") + _number(one, "width") / 2, _number(one, "y")
    assert (middle, end) == pytest.approx(((x0 + x1) / 2, (y0 + y1) / 2), abs=0.2)
    assert _number(low, "y") == pytest.approx(y0 + 0.2 * (y1 - y0), abs=0.2)


def test_many_images_are_written_in_thousands():
    assert charts.interval(0.5, 3000).endswith(", 3,000 images")
    assert charts.interval(0.5, None) == ""
