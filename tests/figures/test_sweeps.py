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
        rate=0.3,
        data="demo",
    ):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        config = {
            "method": method,
            "seed": seed,
            "data": {"train": [data], "dir": name},
            "noise": {"kind": noise, "rate": rate, "seed": seed, "file": ""},
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


def test_what_keeps_a_field_from_a_curve_is_named_by_the_runs_most_alike(study):
    study("a", 0.5)
    study("b", 0.5, k=4, alpha=2.0)
    folder = study("c", 0.5, k=12, alpha=2.0, noise="none")
    assert sweeps.varied_with("lde.neighbors", sweeps.runs_in(folder)) == ["loss.alpha"]
    assert sweeps.varied_with("optim.epochs", sweeps.runs_in(folder)) == []


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


def _over_noise(folder):
    return {
        title: [
            (curve.label, {rate: sorted(seeds) for rate, seeds in curve.points}) for curve in curves
        ]
        for title, curves in sweeps.over_noise(sweeps.runs_in(folder)).items()
    }


def test_each_method_has_a_curve_over_the_rate_of_each_kind_of_noise(study):
    study("ce-none", 0.8, "ce", noise="none", rate=0.5)  # which no label has
    study("ce-none-1", 0.7, "ce", noise="none", seed=1)
    study("scn-30", 0.5, "scn")  # at one rate only
    for method, loss, trust in (("ce", 0.2, 0.0), ("lanet", 0.1, 1.0)):
        for rate in (0.1, 0.2):
            folder = study(f"{method}-{rate}", 0.7 - loss - rate, method, rate=rate, trust=trust)
    study("ce-asymmetric", 0.4, "ce", noise="asymmetric")
    study("file", 0.1, "ce", noise="file")
    clean = [near(0.7), near(0.8)]
    assert _over_noise(folder) == {
        "symmetric noise (%)": [
            ("CE", {0: clean, 10: near([0.4]), 20: near([0.3])}),
            ("LA-Net with trust", {10: near([0.5]), 20: near([0.4])}),
        ],
        "asymmetric noise (%)": [("CE", {0: clean, 30: near([0.4])})],
    }


def test_curves_of_one_method_are_told_apart_and_each_dataset_has_its_own(study):
    for data in ("demo", "rafdb"):
        for k in (4, 8):
            for rate in (0.1, 0.3):
                name = f"{data}-{k}-{rate}"
                folder = study(name, 0.5, k=k, rate=rate, data=data, noise="asymmetric")
    found = _over_noise(folder)
    assert list(found) == ["demo: asymmetric noise (%)", "rafdb: asymmetric noise (%)"]
    for curves in found.values():
        assert [label for label, _ in curves] == [
            "LA-Net, lde.neighbors 4",
            "LA-Net, lde.neighbors 8",
        ]


def test_one_rate_is_no_curve(study):
    study("a", 0.5)
    assert _over_noise(study("b", 0.6, "ce")) == {}
