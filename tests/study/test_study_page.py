"""The page of a study."""

import dataclasses
import json

import pytest

from lanet_jax.run.summary import summarize
from lanet_jax.study import curves, study_page, sweep_figure, write
from lanet_jax.study.grid import Axis, Level, cells

EPOCHS = 4
CONFUSIONS = {"seed0": ((3, 1), (0, 0)), "seed1": ((1, 3), (0, 0)), "a": ((1, 0), (0, 1))}
CONFUSIONS["b"] = CONFUSIONS["a"]


def write_curves(home, method, accuracy, fitted, split="test", **fields):
    """A finished run with one row an epoch."""
    (home / "evaluation" / "test").mkdir(parents=True)
    (home / "evaluation" / "test" / "metrics.json").write_text("{}")
    counts = CONFUSIONS[home.name]
    lines = [f"{name},{','.join(map(str, row))}" for name, row in zip("ab", counts, strict=True)]
    (home / "evaluation" / "test" / "confusion.csv").write_text("\n".join([",a,b", *lines]) + "\n")
    config = {"method": method, "noise": {"kind": "symmetric", "rate": 0.3}, **fields}
    config["data"] = {"train": ["demo"], **config.get("data", {})}
    config |= {"optim": {"epochs": EPOCHS}, "model": {"depth": 18, "stem": "small", "width": 32}}
    (home / "config.json").write_text(json.dumps(config))
    rows = []
    for epoch in range(1, EPOCHS + 1):
        at = {"step": epoch, "epoch": float(epoch)}
        scores = {"accuracy": accuracy + epoch / 100, "mean_class_accuracy": 0.1}
        rows.append({**at, "split": split, **scores})
        rows.append({**at, "split": "labels", "wrong_fitted": fitted, "auroc": 0.8765})
    (home / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (home / "summary.json").write_text(json.dumps(summarize(rows)))


@pytest.fixture
def run_all(folder):
    def run(study, accuracies, **fields):
        for experiment, values in accuracies.items():
            for seed, accuracy in enumerate(values):
                home = folder / experiment / f"seed{seed}"
                write_curves(home, experiment.split("/")[0], accuracy, 0.25, **fields)
        write.write(study, cells(study), folder)
        return (folder / "report.html").read_text()

    return run


def test_tables_curves_and_commands_stand_on_it(study, folder, run_all, console):
    html = run_all(study, {"ce/demo": (0.50, 0.60), "lanet/demo": (0.70,)})
    assert "<h1>Two methods</h1>" in html
    # Accuracy rises by a point an epoch; 54 and 64 at the end.
    assert "<b>59.00±7.07</b>" not in html and "59.00±7.07" in html
    assert "<b>74.00</b>" in html
    assert "CE: 59.0% at epoch 4" in html and "CE: 56.0% at epoch 1" in html
    assert "LANET: 74.0% at epoch 4" in html
    assert html.count("LANET: 25.0% at epoch") == EPOCHS
    assert "0.876" in html or "0.877" in html
    assert "--config.method=lanet --config.seed=0" in html
    assert "2 runs</summary>" in html
    # CE recalls 75% and 25% of a, no b exists; LA-Net's only seed 75%.
    assert "<td>CE</td><td>50.0%</td><td>-</td>" in html
    assert "<td>LANET</td><td>75.0%</td><td>-</td>" in html
    assert html.count('aria-label="Confusion, CE"') == 1
    # The rate is the same in all runs, the method is not.
    assert "<td>noise.rate</td><td>0.3</td>" in html and "<td>method</td>" not in html
    assert "How to read them" in html and "The commands of seed" not in html
    assert not (folder / "figures").exists()
    said, _ = console(folder / "report.html")
    assert said == []


def test_runs_without_a_test_split_say_what_judges_them(study, folder, run_all):
    html = run_all(study, {"ce/demo": (0.5,), "lanet/demo": (0.7,)}, split="holdout")
    assert "Over the epochs: Demo, held out, by observed labels" in html
    table = (folder / "table.md").read_text()
    assert "**Two methods: Demo, held out, by observed labels (%)**" in table
    assert "- held out, by observed labels: these runs have no test split" in table
    assert "| CE | 54.00 |" in table


def test_groups_and_columns_have_curves_of_their_own(study, run_all):
    noise = Axis(("Noise",), tuple(Level(f"{p}", (f"{p}%",)) for p in (10, 30)))
    grid = dataclasses.replace(study, rows=(noise, *study.rows), grouped=True)
    html = run_all(grid, {"10/ce/demo": (0.5,), "30/ce/demo": (0.4,), "30/lanet/demo": (0.6,)})
    assert "Over the epochs: Demo, Noise 10%" in html and "Over the epochs: Demo, Noise 30%" in html
    assert "CE: 54.0% at epoch 4" in html and "CE: 44.0% at epoch 4" in html


def test_a_sweep_is_drawn(study, folder, run_all, config):
    levels = tuple(Level(f"k{k}", (str(k),), (f"noise.rate=0.{k}",)) for k in (2, 3))
    sweep = dataclasses.replace(study, rows=(Axis(("K",), levels),))
    for k in (2, 3):
        write_curves(folder / f"k{k}/demo/seed0", "lanet", 0.5 + k / 10, 0.1, lde={"neighbors": k})
    html = run_all(sweep, {})
    assert (folder / "figures" / "sweep.png").exists() and "data:image/png;base64," in html


def test_the_noise_rate_has_a_figure(study, folder, run_all):
    levels = tuple(Level(f"n{k}", (f"{k}0%",), (f"noise.rate=0.{k}",)) for k in (2, 3))
    rates = dataclasses.replace(study, rows=(Axis(("Noise",), levels),))
    for k in (2, 3):
        noise = {"kind": "symmetric", "rate": k / 10, "file": ""}
        write_curves(folder / f"n{k}/demo/seed0", "lanet", 0.9 - k / 10, 0.1, noise=noise)
    html = run_all(rates, {})
    assert (folder / "figures" / "noise.png").exists()
    assert "Accuracy by the noise rate" in html and "Sweeps" not in html


def test_a_default_of_several_sweeps_counts_once_and_lines_have_names(
    study, folder, run_all, monkeypatch
):
    levels = [Level("default", labels) for labels in (("K", "8"), ("tau", "0.1"))]
    levels.insert(1, Level("k2", ("K", "2"), ("lde.neighbors=2",)))
    rows = (Axis(("Parameter", "Value"), tuple(levels)),)
    sweep = dataclasses.replace(study, rows=rows, grouped=True)
    for name, k, accuracies in (("default", 8, (0.5, 0.6)), ("k2", 2, (0.4, 0.6))):
        for seed, accuracy in enumerate(accuracies):
            home = folder / name / "demo" / f"seed{seed}"
            write_curves(home, "lanet", accuracy, 0.1, lde={"neighbors": k})
    drawn = []
    draw = sweep_figure.sweep.draw
    monkeypatch.setattr(
        sweep_figure.sweep, "draw", lambda found: drawn.append(found) or draw(found)
    )
    html = run_all(sweep, {})
    (curve,) = drawn[0]["lde.neighbors"]
    # The mean over the last epochs: 2.5 points above the first.
    assert {k: [round(a, 3) for a in seeds] for k, seeds in curve.points} == {
        8: [0.525, 0.625],
        2: [0.425, 0.625],
    }
    assert "8: 59.0% at epoch 4" in html and "2: 54.0% at epoch 4" in html
    assert "0.1: 59.0% at epoch 4" in html
    assert "Over the epochs: Demo, Parameter tau" in html


def test_epochs_that_not_all_seeds_have_are_left_out(folder):
    write_curves(folder / "a", "ce", 0.5, 0.1)
    write_curves(folder / "b", "ce", 0.7, 0.1)
    lines = (folder / "b" / "metrics.jsonl").read_text().splitlines()
    (folder / "b" / "metrics.jsonl").write_text("\n".join(lines[:4]) + "\n")
    runs = [study_page.run_files.read(folder / name) for name in "ab"]
    x, y = curves._mean_curve(runs, "test", "accuracy")
    assert x == [1.0, 2.0] and y == pytest.approx([0.61, 0.62])


def test_a_number_that_varies_without_a_curve_is_told(study, folder, run_all):
    levels = (Level("few", ("few",), ("lde.neighbors=4",)), Level("many", ("many",)))
    sweep = dataclasses.replace(study, rows=(Axis(("K",), levels),))
    for name, k, alpha in (("few", 4, 1.0), ("many", 8, 2.0)):
        fields = {"lde": {"neighbors": k}, "loss": {"alpha": alpha}}
        write_curves(folder / f"{name}/demo/seed0", "lanet", 0.5, 0.1, **fields)
    told = "No curve over lde.neighbors: runs that differ in it differ in loss.alpha too"
    assert told in run_all(sweep, {}) and told in (folder / "table.md").read_text()
    assert not (folder / "figures").exists()


def test_runs_that_a_curve_has_no_place_for_are_told(study, folder, run_all):
    levels = tuple(Level(f"n{n}", (str(n),), (f"data.limit={n}",)) for n in (0, 500, 1000))
    sweep = dataclasses.replace(study, rows=(Axis(("Images",), levels),))
    for n in (0, 500, 1000):
        write_curves(folder / f"n{n}/demo/seed0", "lanet", 0.5, 0.1, data={"limit": n})
    told = "Runs with data.limit=0 (all records) are not on the curves over data.limit"
    assert told in run_all(sweep, {}) and (folder / "figures" / "sweep.png").exists()


def test_methods_with_fields_of_their_own_are_no_sweep(study, folder, run_all):
    run_all(study, {"ce/demo": (0.5,)}, loss={"alpha": 1.0})
    html = run_all(study, {"lanet/demo": (0.6,)}, loss={"alpha": 2.0})
    assert "No curve" not in html


def test_columns_of_two_recipes_are_no_sweep(study):
    levels = [Level(k, (k,), (f"lde.neighbors={k}",), f"{k}.py") for k in ("2", "3")]
    columns = Axis(("Data",), tuple(levels))
    assert sweep_figure._declared(dataclasses.replace(study, rows=(), columns=columns)) == []
