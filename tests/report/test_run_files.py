import json

import numpy as np
import pytest

from lanet_jax.errors import UserError
from lanet_jax.report import run_files


def test_reads_a_run(full):
    run = run_files.read(full)
    assert (run.method, run.data, run.noise) == ("LA-Net", "demo", "30% symmetric noise")
    assert run.epochs == (3, 3)
    assert run.curve("test", "accuracy") == ([1, 2, 3], pytest.approx([0.5, 0.6, 0.5]))
    assert run.command.endswith("--workdir=full")


@pytest.mark.parametrize(
    ("method", "trust", "memory", "name"),
    [
        ("lanet", 0.0, 0, "LA-Net"),
        ("lanet", 1.0, 0, "LA-Net with trust"),
        ("lanet", 0.0, 8, "LA-Net with memory"),
        ("lanet", 1.0, 8, "LA-Net with trust, memory"),
        ("ce", 1.0, 8, "CE"),
    ],
)
def test_what_is_beyond_the_paper_is_part_of_the_name(full, method, trust, memory, name):
    path = full / "config.json"
    changes = {"method": method, "loss": {"trust": trust}, "lde": {"memory": memory}}
    config = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(config))
    assert run_files.read(full).method == name


def test_what_is_not_finite_is_no_point(bare):
    with open(bare / "metrics.jsonl", "a") as file:
        file.write('{"step": 40, "epoch": 4.0, "split": "labels", "auroc": NaN}\n')
    assert run_files.read(bare).curve("labels", "auroc")[0] == [1, 2, 3]


def test_evaluated_splits(full):
    (one,) = run_files.evaluated(full)
    assert (one.split, one.classes) == ("test", ["anger", "fear", "neutral"])
    np.testing.assert_array_equal(one.confusion, [[7, 2, 1], [0, 13, 4], [5, 0, 18]])
    assert one.calibration[0]["accuracy"] == 0.333


def test_suspicions_by_hand(full):
    found = run_files.suspicions(full)
    np.testing.assert_allclose(found.values, [0.11, 0.2, 0.3, 0.7, 0.9])
    np.testing.assert_array_equal(found.wrong, [False, False, False, True, True])


def test_suspicions_without_known_labels(full):
    path = full / "distributions.csv"
    path.write_text("id,name,given,true,anger,fear\n0,a.png,fear,,0.25,0.75\n")
    found = run_files.suspicions(full)
    np.testing.assert_allclose(found.values, [0.25])
    assert found.wrong is None


def test_distributions_must_be_of_the_records(full):
    assert run_files.distributions(full, ["a.png", "b.png", "c.png", "d.png", "e.png"]) is not None
    with pytest.raises(UserError, match=r"of other records than labels\.csv"):
        run_files.distributions(full, ["a.png", "b.png"])


@pytest.mark.parametrize("row", ["0,a.png,joy,,0.5,0.5", "0,a.png,fear,,x,0.5", "0,a.png,fear,,1"])
def test_damaged_distributions(full, row):
    (full / "distributions.csv").write_text(f"id,name,given,true,anger,fear\n{row}\n")
    with pytest.raises(UserError, match=r"distributions\.csv is damaged.*training command"):
        run_files.distributions(full)


def test_what_is_absent(bare, tmp_path):
    assert run_files.evaluated(bare) == []
    assert run_files.suspicions(bare) is None
    with pytest.raises(UserError, match=r"holds no run.*--workdir"):
        run_files.read(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["label,a,b\na,1,2\n", "label,a\na,x\n", "label,a\n"])
def test_what_is_no_confusion_matrix(full, text):
    (full / "evaluation" / "test" / "confusion.csv").write_text(text)
    with pytest.raises(UserError, match=r"confusion\.csv is not a confusion matrix.*evaluate"):
        run_files.evaluated(full)
