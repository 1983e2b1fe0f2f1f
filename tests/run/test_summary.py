import pytest

from lanet_jax.errors import UserError
from lanet_jax.run.summary import (
    best_step,
    selection_split,
    splits_judged,
    splits_tested,
    summarize,
)


def _row(step, split, accuracy):
    return {
        "step": step,
        "epoch": step / 10,
        "split": split,
        "accuracy": accuracy,
        "mean_class_accuracy": accuracy / 2,
    }


ACCURACIES = (0.1, 0.9, 0.5, 0.4, 0.3, 0.2, 0.6)
TEST = [_row(10 * i, "test", a) for i, a in enumerate(ACCURACIES, start=1)]


def test_final_last5_and_an_oracle_that_is_called_one():
    summary = summarize([{"step": 3, "split": "train", "loss": 1.0}, *TEST])
    assert summary["test"] == {
        "final": 0.6,
        "last5": 0.4,
        "oracle": 0.9,
        "best_step": 20,
        "final_mean_class": 0.3,
    }
    assert "train" not in summary


def test_with_a_holdout_the_best_is_chosen_there():
    holdout = [_row(10 * i, "holdout", a) for i, a in enumerate((0.1, 0.2, 0.3, 0.8, 0.1, 0, 0), 1)]
    summary = summarize([*TEST, *holdout])
    assert summary["test"]["best"] == 0.4 and summary["test"]["best_step"] == 40
    assert "oracle" not in summary["test"]


def test_the_last_word_on_the_labels():
    rows = [
        {"step": 10, "epoch": 1.0, "split": "labels", "auroc": 0.5, "wrong_fitted": 0.1},
        {"step": 20, "epoch": 2.0, "split": "labels", "auroc": 0.7, "wrong_fitted": 0.2},
    ]
    assert summarize([*TEST, *rows])["labels"] == {"step": 20, "auroc": 0.7, "wrong_fitted": 0.2}


def test_with_two_tests_the_first_judges_and_the_other_says_that_its_best_is_not_kept():
    def row(step, split, accuracy):
        numbers = {"accuracy": accuracy, "mean_class_accuracy": accuracy}
        return {"step": step, "split": split, **numbers}

    rows = [row(3, "z", 0.2), row(3, "a", 0.9), row(6, "z", 0.4), row(6, "a", 0.1)]
    found = summarize(rows)
    assert selection_split(["z", "a"]) == "z" and selection_split(["z", "holdout"]) == "holdout"
    assert selection_split([]) is None
    assert found["z"]["best_step"] == 6 and "best_kept" not in found["z"]
    assert found["a"]["best_step"] == 3 and found["a"]["best_kept"] is False
    assert best_step(rows, "z", 7) == 6 and best_step(rows, "z", 6) == 3
    assert best_step(rows, "z", 3) is None


def test_the_holdout_selects_and_is_no_test():
    assert splits_tested({"labels": {}, "holdout": {}, "test": {}, "valid": {}}) == {
        "test",
        "valid",
    }


def test_the_holdout_judges_where_nothing_tests():
    assert splits_judged({"labels": {}, "holdout": {}, "test": {}}) == {"test"}
    assert splits_judged({"labels": {}, "holdout": {}}) == {"holdout"}
    assert splits_judged({"labels": {}}) == set()


def test_of_equal_accuracies_the_first_is_the_best():
    """It is the state that is kept."""
    holdout = [_row(10 * i, "holdout", a) for i, a in enumerate((0.1, 0.8, 0.5, 0.8, 0, 0, 0), 1)]
    found = summarize([*TEST, *holdout])["test"]
    assert (found["best"], found["best_step"]) == (0.9, 20)
    assert best_step(holdout, "holdout", 99) == 20
    assert best_step([{"step": 3, "split": "holdout"}], "holdout", 99) is None


def test_the_interval_is_that_of_the_last_evaluation():
    rows = [{**_row(i, "test", 0.5), "records": 9 * i, "mean_class_error": i / 8} for i in (1, 2)]
    found = summarize(rows)["test"]
    assert (found["records"], found["mean_class_error"]) == (18, 0.25)


def test_a_row_without_its_accuracies_is_named():
    row = _row(20, "test", 0.5)
    del row["mean_class_accuracy"]
    with pytest.raises(UserError, match="the row of step 20, split 'test', has no accuracy"):
        summarize([TEST[0], row])
