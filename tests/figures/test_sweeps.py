import json

import pytest

from lanet_jax.figures import sweeps


@pytest.fixture
def study(tmp_path):
    """Adds a finished run of two epochs to a study's folder."""

    def add(
        name,
        accuracy,
        method="lanet",
        k=8,
        alpha=1.0,
        noise="symmetric",
        seed=0,
        done=2,
        split="test",
        trust=0.0,
        memory=0,
    ):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        config = {
            "method": method,
            "seed": seed,
            "data": {"train": ["demo"], "dir": name},
            "noise": {"kind": noise, "rate": 0.3, "seed": seed, "file": ""},
            "optim": {"epochs": 2},
            "lde": {"neighbors": k, "memory": memory},
            "loss": {"alpha": alpha, "trust": trust},
        }
        (folder / "config.json").write_text(json.dumps(config))
        row = {"split": split, "mean_class_accuracy": 0.1}
        rows = [
            {**row, "step": i, "epoch": float(i), "accuracy": value}
            for i, value in enumerate((accuracy - 0.1, accuracy + 0.1)[:done], 1)
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "metrics.jsonl").write_text(text)
        return tmp_path

    return add


def _curves(folder):
    return {
        field: [
            (curve.label, {value: sorted(seeds) for value, seeds in curve.points})
            for curve in curves
        ]
        for field, curves in sweeps.curves(sweeps.runs_in(folder)).items()
    }


def near(value):
    return pytest.approx(value)


def test_one_field_at_a_time_around_a_default(study):
    study("default/seed0", 0.6)
    study("default/seed1", 0.7, seed=1)
    study("k4/seed0", 0.5, k=4)
    folder = study("alpha2/seed0", 0.4, alpha=2.0)
    default = [near(0.6), near(0.7)]
    assert _curves(folder) == {
        "lde.neighbors": [("", {8: default, 4: [near(0.5)]})],
        "loss.alpha": [("", {1: default, 2: [near(0.4)]})],
    }


def test_each_noise_and_method_has_its_curve(study):
    for method in ("lanet", "scn"):
        for noise in ("none", "symmetric"):
            for k in (4, 8):
                folder = study(f"{method}-{noise}-{k}", 0.5, method, k, noise=noise)
    (field, curves), *rest = _curves(folder).items()
    assert (field, rest) == ("lde.neighbors", [])
    assert [label for label, _ in curves] == [
        "LA-Net, 30% symmetric noise",
        "LA-Net, the dataset's own labels",
        "SCN, 30% symmetric noise",
        "SCN, the dataset's own labels",
    ]


def test_all_records_are_not_drawn_as_none(study):
    for limit in (0, 500, 1000):
        folder = study(f"limit-{limit}", 0.5)
        path = folder / f"limit-{limit}" / "config.json"
        config = json.loads(path.read_text())
        path.write_text(json.dumps(config | {"data": config["data"] | {"limit": limit}}))
    assert _curves(folder) == {"data.limit": [("", {500: near([0.5]), 1000: near([0.5])})]}
    (told,) = sweeps.left_out(sweeps.runs_in(folder), ["data.limit"])
    assert sweeps.left_out(sweeps.runs_in(folder), []) == []  # of curves that do not exist
    assert told.startswith("Runs with data.limit=0 (all records) are not on the curves")
    (folder / "limit-0" / "config.json").unlink()
    assert list(_curves(folder)) == ["data.limit"]
    assert sweeps.left_out(sweeps.runs_in(folder), ["data.limit"]) == []


def test_unfinished_runs_and_fields_that_vary_together_make_no_curve(study):
    study("a", 0.5)
    study("b", 0.5, k=4, alpha=2.0)
    folder = study("c", 0.5, k=12, done=1)
    assert _curves(folder) == {}


def test_a_run_s_own_folder(study):
    folder = study("a", 0.5)
    assert [run.folder.name for run in sweeps.runs_in(folder / "a")] == ["a"]
    assert sweeps.runs_in(folder / "nowhere") == []


def test_runs_without_a_test_split_are_drawn_by_their_holdout_and_say_so(study):
    for k, accuracy in ((4, 0.5), (8, 0.6)):
        folder = study(f"k{k}", accuracy, k=k, split="holdout")
    told = "held out, by observed labels"
    assert _curves(folder) == {"lde.neighbors": [(told, {4: near([0.5]), 8: near([0.6])})]}
    for k, accuracy in ((4, 0.7), (8, 0.8)):
        study(f"tested-k{k}", accuracy, k=k)
    assert _curves(folder) == {
        "lde.neighbors": [
            ("", {4: near([0.7]), 8: near([0.8])}),
            (told, {4: near([0.5]), 8: near([0.6])}),
        ]
    }


def test_a_field_that_a_method_s_title_tells_has_all_its_points(study):
    for trust, accuracy in ((0.0, 0.5), (1.0, 0.6), (2.0, 0.7)):
        folder = study(f"t{trust:g}", accuracy, trust=trust, memory=4096)
    study("without", 0.4, trust=1.0)
    assert _curves(folder) == {
        "lde.memory": [("", {4096: near([0.6]), 0: near([0.4])})],
        "loss.trust": [("", {0: near([0.5]), 1: near([0.6]), 2: near([0.7])})],
    }


def test_a_curve_has_its_method_s_title_where_all_its_runs_share_it(study):
    for k in (4, 8):
        study(f"ce{k}", 0.3, "ce", k)
        study(f"plain{k}", 0.5, k=k)
        folder = study(f"trust{k}", 0.6, k=k, trust=1.0)
    curves = _curves(folder)
    assert [label for label, _ in curves["lde.neighbors"]] == [
        "CE, loss.trust 0.0",
        "LA-Net with trust, loss.trust 1.0",
        "LA-Net, loss.trust 0.0",
    ]
    assert [label for label, _ in curves["loss.trust"]] == ["lde.neighbors 4", "lde.neighbors 8"]
