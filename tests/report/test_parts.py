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


def section(**changes):
    row = {**ROW, **changes}

    def curve(split, name):
        return [1.0], [row[name]]

    return parts.section(SimpleNamespace(rows=[row], curve=curve))


def labels(found, title):
    (panel,) = [panel for panel in found.panels if panel.title == title]
    return [text for _, text in panel.values]


@pytest.mark.parametrize(("chance", "lines"), [(0.24, 3), (0.3, 4)])
def test_the_chance_of_records_with_landmarks_is_drawn_where_it_differs(chance, lines):
    found = section(landmark_chance_share=chance)
    ends = labels(found, "Neighbours that share a record's label")
    assert len(ends) == lines
    assert ("any two records with landmarks 30.0%" in ends) == (lines == 4)


def test_the_verdict_names_what_is_idle():
    assert section().note.startswith("Each part that is compared with chance does better.")
    assert section(landmark_share=0.2).note.startswith("Landmark space is measurably worse")


def test_the_landmark_error_is_explained_where_there_is_one():
    assert "landmark" not in section().note
    assert "; the landmark error is in standard dev" in section(landmark_error=1.0).note


def test_without_such_rows_there_is_no_section():
    assert parts.section(SimpleNamespace(rows=[{"split": "train"}])) is None
