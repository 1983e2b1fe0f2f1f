import json

import pytest

CLASSES = ("anger", "fear", "neutral")


def write_run(folder, method="lanet", epochs=3, gain=0.1):
    """A work folder with made-up numbers, all of them different."""
    folder.mkdir(parents=True)
    config = {
        "method": method,
        "schedule": "shared",
        "data": {"train": ["demo"], "threads": 2},
        "noise": {"kind": "symmetric", "rate": 0.3, "file": ""},
        "optim": {"epochs": epochs, "learning_rate": 0.00123},
        "augment": {"jitter": [0.41, 0.42, 0.43]},
    }
    (folder / "config.json").write_text(json.dumps(config))
    rows = []
    for epoch in range(1, epochs + 1):
        at = {"step": 10 * epoch, "epoch": float(epoch)}
        losses = {"loss": 4.0 / epoch, "ce": 2.0 / epoch, "accuracy": 0.2 * epoch}
        if method == "lanet":
            losses |= {"kl": 0.7 / epoch, "el": 9.0 / epoch}
        rows.append({**at, "split": "train", **losses})
        accuracy = 0.4 + gain * epoch if epoch < epochs else 0.4 + gain
        scores = {"accuracy": accuracy, "mean_class_accuracy": 0.317 + epoch / 100, "nll": 1.0}
        rows.append({**at, "split": "test", **scores})
        noise = {"wrong_fitted": 0.237 + epoch / 100, "auroc": 0.811 + epoch / 100}
        rows.append({**at, "split": "labels", **noise})
    (folder / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def write_evaluation(folder):
    """What an evaluation leaves."""
    target = folder / "evaluation" / "test"
    target.mkdir(parents=True)
    counts = ("anger,7,2,1", "fear,0,13,4", "neutral,5,0,18")
    (target / "confusion.csv").write_text("label,anger,fear,neutral\n" + "\n".join(counts) + "\n")
    bins = "0.4,0.6,21,0.512,0.333\n0.6,0.8,29,0.707,0.862\n"
    (target / "calibration.csv").write_text("from,to,records,confidence,accuracy\n" + bins)
    numbers = {"step": 30, "records": 50, "accuracy": 0.76, "calibration_error": 0.163}
    (target / "metrics.json").write_text(json.dumps(numbers))


def write_distributions(folder):
    """Three right labels and two wrong ones."""
    rows = (
        "0,a.png,anger,anger,0.89,0.06,0.05",
        "1,b.png,fear,fear,0.1,0.8,0.1",
        "2,c.png,neutral,neutral,0.2,0.1,0.7",
        "3,d.png,anger,fear,0.3,0.6,0.1",
        "4,e.png,fear,neutral,0.1,0.1,0.8",
    )
    text = "id,name,given,true,anger,fear,neutral\n" + "\n".join(rows) + "\n"
    (folder / "distributions.csv").write_text(text)


@pytest.fixture
def bare(tmp_path):
    """A run of CE without evaluation."""
    return write_run(tmp_path / "bare", method="ce", gain=0.07)


@pytest.fixture
def full(tmp_path):
    """A run of LA-Net with all that a page can show."""
    folder = write_run(tmp_path / "full")
    write_evaluation(folder)
    write_distributions(folder)
    (folder / "command.txt").write_text("python -m lanet_jax.main --config=<x> --workdir=full\n")
    return folder
