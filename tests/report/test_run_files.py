import json

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
    ("method", "trust", "memory", "spaces", "name"),
    [
        ("lanet", 0.0, 0, "both", "LA-Net"),
        ("lanet", 1.0, 0, "both", "LA-Net with trust"),
        ("lanet", 0.0, 8, "both", "LA-Net with memory"),
        ("lanet", 0.0, 8, "none", "LA-Net"),  # no neighbours are looked for
        ("lanet", 1.0, 8, "expression", "LA-Net with trust, memory"),
        ("ce", 1.0, 8, "both", "CE"),
    ],
)
def test_what_is_beyond_the_paper_is_part_of_the_name(full, method, trust, memory, spaces, name):
    path = full / "config.json"
    lde = {"memory": memory, "spaces": spaces}
    changes = {"method": method, "loss": {"trust": trust}, "lde": lde}
    config = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(config))
    assert run_files.read(full).method == name


def test_an_epoch_counts_when_it_is_full(bare):
    with open(bare / "metrics.jsonl", "a") as file:
        file.write('{"step": 38, "epoch": 3.8, "split": "train", "loss": 1.0}\n')
    assert run_files.read(bare).epochs == (3, 3)


def test_what_is_not_finite_is_no_point(bare):
    with open(bare / "metrics.jsonl", "a") as file:
        file.write('{"step": 40, "epoch": 4.0, "split": "labels", "auroc": NaN}\n')
    assert run_files.read(bare).curve("labels", "auroc")[0] == [1, 2, 3]


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(UserError, match=r"holds no run.*--workdir"):
        run_files.read(tmp_path / "nowhere")
