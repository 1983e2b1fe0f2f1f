"""The sections about a run, from files written by hand."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

from lanet_jax.report import run_files, run_sections
from tests.report.conftest import write_run


def _panels(section):
    return {panel.title: panel for panel in section.panels}


@pytest.mark.parametrize(("epochs", "label"), [(4, "All epochs"), (5, "Last 5 epochs")])
def test_a_mean_is_said_to_be_of_five_epochs_only_where_it_is(tmp_path, epochs, label):
    run = run_files.read(write_run(tmp_path / "run", epochs=epochs))
    assert [tile.label for tile in run_sections.numbers(run).tiles][1] == label


def test_an_interval_ends_at_all_and_at_none(bare):
    path = bare / "metrics.jsonl"
    for share, ends in ((0.97, "87.0% to 100.0%"), (0.04, "0.0% to 14.0%")):
        row = {"step": 40, "epoch": 4.0, "split": "test", "accuracy": 0.5, "mean_class_error": 0.1}
        path.write_text(json.dumps(row | {"mean_class_accuracy": share}) + "\n")
        tile = run_sections.numbers(run_files.read(bare)).tiles[3]
        assert tile.note.endswith(f"95% interval {ends}")


def test_recall_is_of_the_class_s_own_records_where_it_has_any(full):
    (full / "evaluation" / "test" / "confusion.csv").write_text(
        "label,anger,fear,neutral\nanger,6,4,0\nfear,0,0,0\nneutral,5,5,10\n"
    )
    panels = _panels(run_sections.confusions(run_files.read(full)))
    chart = ElementTree.fromstring(panels["Recall by class, test, step 30"].chart)
    texts = [e.text for e in chart.iter("text")]
    assert texts == ["anger", "60.0%", "neutral", "50.0%"]
    assert [e.text for e in chart.iter("title")] == ["6 of 10 anger", "10 of 20 neutral"]


def test_the_calibration_error_stands_by_its_chart(full):
    [panel] = run_sections.calibrations(run_files.read(full)).panels
    assert panel.values == ((0, "error 0.163"),)


def test_last_values_are_told_of_up_to_three_runs(bare):
    run = run_files.read(bare)
    for count in (3, 4):
        [tested, _] = run_sections.curves([run] * count, list("abcd")[:count])
        assert len(tested.panels[0].values) == (count if count == 3 else 0)


def test_shares_in_training_are_percentages_and_losses_are_not(bare):
    [_, training] = run_sections.curves([run_files.read(bare)], ["CE"])
    panels = _panels(training)
    assert "CE: 60.0% at epoch 3" in panels["Training accuracy"].chart
    assert "CE: 1.333 at epoch 3" in panels["Loss"].chart


def test_more_than_sixty_points_are_averaged(bare):
    for epochs in (60, 120):
        rows = [{"step": n, "epoch": n, "split": "train", "loss": n} for n in range(1, epochs + 1)]
        (bare / "metrics.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        [_, training] = run_sections.curves([run_files.read(bare)], ["CE"])
        assert training.panels[0].chart.count("<circle") == 60
    assert "CE: 1.5 at epoch 1.5" in training.panels[0].chart


def test_outer_fields_stand_before_inner_ones():
    tree = {"b": {"c": 1, "a": {"d": 2}}, "z": 3, "a": {"x": 4}}
    assert [name for name, _ in run_sections.fields(tree)] == ["z", "a.x", "b.c", "b.a.d"]
