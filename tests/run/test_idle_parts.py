"""What is said of parts that do not do their work."""

import pytest

from lanet_jax.run import idle_parts

GOOD = {
    "split": "spaces",
    "expression_share": 0.5,
    "landmark_share": 0.45,
    "chance_share": 0.24,
    "commonest_share": 0.4,
    "target_names": 0.8,
    "observed_names": 0.7,
    "target_gain": 12.0,
    "trust_right": 0.9,
    "trust_wrong": 0.3,
    "trust_gain": 60.0,
    "expression_names": 0.81,
    "expression_unweighted_names": 0.82,
    "expression_score_gain": 3.0,
    "landmark_error": 0.6,
    "landmark_error_mean_shape": 1.0,
    "landmark_gain": 30.0,
    "records": 2048,
}


def test_nothing_is_said_where_all_is_well():
    assert idle_parts.idle([GOOD]) == []
    assert idle_parts.idle([]) == []
    assert idle_parts.idle([{"split": "train", "loss": 1.0}]) == []


def test_a_run_without_targets_has_none_to_judge():
    assert idle_parts.idle([{k: v for k, v in GOOD.items() if k != "target_names"}]) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"expression_share": 0.25}, "expression space is not measurably better than chance: 0.25"),
        ({"landmark_share": 0.24}, "landmark space is not measurably better than chance"),
        ({"landmark_share": 0.2}, "landmark space is measurably worse than chance: 0.20"),
        (
            {"expression_score_gain": -2.9},
            "scores of expression space are measurably worse than equal weights",
        ),
        ({"landmark_gain": -2.0}, "network is measurably worse than the mean face"),
        ({"target_names": 0.3}, "targets are measurably worse than always naming the majority"),
        ({"target_names": 0.5, "target_gain": -9}, "are measurably worse than the observed labels"),
        (
            {"expression_score_gain": 1.2},
            "scores of expression space are not measurably better than equal weights: its "
            "neighbours name 0.81 of the labels, 0.82 if all count alike",
        ),
        (
            {"landmark_error": 0.99, "landmark_gain": 1.9},
            "not measurably better than the mean face: its error is 0.99",
        ),
        ({"target_names": 0.42}, "naming the majority class: they name 0.42 of the labels"),
        (
            {"target_names": 0.7, "target_gain": 0.0},  # as at the start, where they are these
            "targets are not measurably better than the observed labels: they name 0.70 of the "
            "true labels, the observed ones 0.70",
        ),
        (
            {"trust_right": 0.4, "trust_wrong": 0.95, "trust_gain": -90.0},
            "trust is measurably lower in right labels than in wrong ones: 0.40 and 0.95",
        ),
    ],
)
def test_one_line_a_part(change, told):
    [line] = idle_parts.idle([GOOD, {**GOOD, **change}])
    assert told in line


def test_the_last_row_counts_and_few_records_prove_little():
    assert idle_parts.idle([{**GOOD, "landmark_share": 0.2}, GOOD]) == []
    slightly = {**GOOD, "landmark_share": 0.28}
    assert idle_parts.idle([slightly]) == []  # 4 standard errors of 2,048 records
    assert len(idle_parts.idle([{**slightly, "records": 64}])) == 1
    assert len(idle_parts.idle([{**slightly, "landmark_records": 64}])) == 1  # few have landmarks


def test_a_space_is_compared_with_the_chance_of_its_own_records():
    [line] = idle_parts.idle([{**GOOD, "landmark_chance_share": 0.44}])
    assert "landmark space is not measurably better than chance: 0.45" in line


def test_a_space_without_records_is_named():
    row = {name: value for name, value in GOOD.items() if name != "landmark_share"}
    [line] = idle_parts.idle([{**row, "landmark_records": 0, "landmark_chance_share": 0.0}])
    assert line == "landmark space is empty: no measured record has neighbours there"


def test_targets_that_name_all_labels_are_at_work():
    perfect = {**GOOD, "target_names": 1.0, "commonest_share": 0.98, "records": 100}
    assert idle_parts.idle([perfect]) == []


def test_where_no_label_is_wrong_targets_need_not_beat_the_observed_ones():
    assert idle_parts.idle([{**GOOD, "observed_names": 1.0, "target_gain": -9.0}]) == []


def test_rows_of_older_versions_are_read():
    newer = {"landmark_gain", "commonest_share", "observed_names", "target_gain", "trust_gain"}
    old = {k: v for k, v in GOOD.items() if k not in newer}
    assert idle_parts.idle([old]) == []
    assert len(idle_parts.idle([{**old, "landmark_error": 1.0, "target_names": 0.2}])) == 2


def test_a_run_in_one_space_says_nothing_of_the_other():
    one = {k: v for k, v in GOOD.items() if not k.startswith("landmark")}
    assert idle_parts.idle([one]) == []


def test_how_many_of_the_measured_records_have_neighbours_is_told():
    [line] = idle_parts.idle([{**GOOD, "landmark_share": 0.2, "landmark_records": 64}])
    assert line.endswith("at random; 64 of 2,048 measured records have neighbours there")
    [line] = idle_parts.idle([{**GOOD, "landmark_share": 0.2, "landmark_records": 2048}])
    assert line.endswith("at random")


def test_the_error_is_that_of_chance():
    few = {"landmark_share": 0.5, "landmark_records": 4, "landmark_chance_share": 0.1}
    assert idle_parts.idle([{**GOOD, **few}]) == []  # 0.4 over an error of 0.15; of 0.5, it is 0.25
