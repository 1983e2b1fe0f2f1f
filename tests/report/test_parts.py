"""The section on the parts of LA-Net, from rows of split "spaces"."""

from types import SimpleNamespace

import pytest

from lanet_jax.report import parts

ROW = {
    "split": "spaces",
    "epoch": 1.0,
    "expression_share": 0.5,
    "landmark_share": 0.45,
    "chance_share": 0.24,
    "commonest_share": 0.4,
    "target_names": 0.7,
    "labels": "true",
    "records": 2048,
}


def section(frame="face", **changes):
    row = {**ROW, **changes}

    def curve(split, name):
        return [1.0], [row[name]]

    config = {"landmarks": {"frame": frame}}
    return parts.section(SimpleNamespace(rows=[row], curve=curve, config=config))


def labels(found, title):
    (panel,) = [panel for panel in found.panels if panel.title == title]
    return [text for _, text in panel.values]


@pytest.mark.parametrize(("chance", "lines"), [(0.24, 3), (0.3, 4)])
def test_the_chance_of_records_with_landmarks_is_drawn_where_it_differs(chance, lines):
    found = section(landmark_chance_share=chance)
    ends = labels(found, "Neighbours that share a record's label")
    assert len(ends) == lines and "any two records 24.0%" in ends
    assert ("any two records with landmarks 30.0%" in ends) == (lines == 4)


def test_the_last_of_each_number_stands_by_its_name():
    last = {
        **ROW,
        **{"landmark_chance_share": 0.3, "expression_names": 0.6, "landmark_names": 0.55},
        **{"landmark_error": 0.25, "landmark_error_mean_shape": 1.25, "confident": 0.1},
        **{"trust_right": 0.9, "trust_wrong": 0.35, "landmark_gain": 9.0},
        **{"expression_effective_neighbors": 7.5, "landmark_effective_neighbors": 6.5},
    }
    first = {"split": "spaces", "epoch": 1.0}

    def curve(split, name):
        return [1.0, 2.0], [0.05, last[name]]

    config = {"landmarks": {"frame": "face"}}
    found = parts.section(SimpleNamespace(rows=[first, last], curve=curve, config=config))
    assert {panel.title: [text for _, text in panel.values] for panel in found.panels} == {
        "Neighbours that share a record's label": [
            "neighbours in expression space 50.0%",
            "neighbours in landmark space 45.0%",
            "any two records 24.0%",
            "any two records with landmarks 30.0%",
        ],
        "Records whose label is the likeliest class": [
            "expression space 60.0%",
            "landmark space 55.0%",
            "targets 70.0%",
        ],
        "Landmark error": ["network 0.25", "mean face 1.25"],
        "Trust in observed labels": ["right labels 90.0%", "wrong labels 35.0%"],
        "Targets sure enough for a pseudo-label": ["targets 10.0%"],
        "Effective number of neighbours": ["expression space 7.5", "landmark space 6.5"],
    }
    assert found.note.startswith("Each part that is compared with chance does better.")


def test_the_verdict_names_what_is_idle():
    assert section().note.startswith("Each part that is compared with chance does better.")
    assert section(landmark_share=0.2).note.startswith("Landmark space is measurably worse")


def test_the_unit_of_the_landmark_error_is_that_of_the_run():
    framed = section(landmark_error=1.0).note
    in_image = section(frame="image", landmark_error=1.0).note
    assert "the landmark error is in standard deviations of the face's own frame. The" in framed
    assert "the landmark error is in distances of the eyes" in in_image
    assert "deviations" not in in_image
    assert "landmark error" not in section().note  # without a landmark network


def test_without_such_rows_there_is_no_section():
    assert parts.section(SimpleNamespace(rows=[{"split": "train"}])) is None
