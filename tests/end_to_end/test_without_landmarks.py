"""Faces without landmarks: the label distributions are learned in expression space alone."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from data import prepare

ROOT = Path(__file__).parents[2]
ALONE = (
    "--config.landmarks.enabled=False",
    "--config.lde.spaces=expression",
    "--config.el.enabled=False",
)


@pytest.fixture
def lanet(tmp_path, environment):
    """Runs a command to its end, without face weights; what it printed."""

    def run(*words, ok=True):
        done = subprocess.run(
            [sys.executable, "-m", "lanet_jax", *map(str, words)],
            cwd=ROOT,
            env=environment(1, LANET_JAX_CACHE=str(tmp_path / "cache")),
            capture_output=True,
            text=True,
        )
        assert (done.returncode == 0) == ok, (words, done.stderr[-3000:])
        return done.stdout + done.stderr

    return run


@pytest.fixture
def faces(tmp_path):
    """Two classes of 24 images each, prepared without landmarks."""
    source, rng = tmp_path / "faces", np.random.default_rng(0)
    for kind, light in (("fear", 0), ("joy", 100)):
        (source / kind).mkdir(parents=True)
        for i in range(24):
            image = rng.integers(light, light + 156, (16, 16, 3), np.uint8)
            cv2.imwrite(str(source / kind / f"{i}.png"), image)
    words = ["--source", str(source), "--data_dir", str(tmp_path / "prepared")]
    prepare.main(["folder", "--name", "mine", "--holdout", "0.25", *words])
    return source


def test_from_the_data_to_an_export_in_expression_space_alone(faces, lanet, state_of, tmp_path):
    run = tmp_path / "run"
    small = {"data.dir": tmp_path / "prepared", "model.width": 4, "augment.size": 16}
    small |= {"optim.epochs": 2, "lde.memory": 32, "train.log_every": 1}
    fields = (f"--config.{name}={value}" for name, value in small.items())
    train = ("train", "--config=folder:small", f"--workdir={run}", *fields)
    assert f"train without landmarks by {' '.join(ALONE)}" in lanet(*train, ok=False)
    assert "landmark" not in lanet(*train, *ALONE).replace(" ".join(ALONE), "")

    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert {row["split"] for row in rows} == {"train", "test", "spaces"}
    names = set().union(*rows)
    assert {"ce", "kl", "trust", "expression_share", "target_names"} <= names
    assert not [name for name in names if name in ("lm", "el") or "landmark" in name]
    _, last = sorted(int(step.name) for step in run.glob("checkpoints/[0-9]*"))
    state = state_of(run, last)
    assert any("memory" in name for name in state) and not [n for n in state if "landmark" in n]

    # As if the run had been cut off after its first epoch.
    again = Path(shutil.copytree(run, tmp_path / "again"))
    shutil.rmtree(again / "checkpoints" / str(last))
    lanet(*train, f"--workdir={again}", *ALONE)
    for name in ("metrics.jsonl", "distributions.csv", "summary.json"):
        assert (again / name).read_bytes() == (run / name).read_bytes(), name
    resumed = state_of(again, last)
    assert resumed.keys() == state.keys()
    for name, value in state.items():
        np.testing.assert_array_equal(resumed[name], value, err_msg=name)

    lanet("evaluate", f"--workdir={run}")
    told = lanet("audit", f"--workdir={run}", "--rank=consensus")
    assert "the run repeats" in told and "spaces agree" not in told  # there is one
    lanet("figures", f"--workdir={run}")
    lanet(
        "export", f"--workdir={run}", "--format=safetensors", f"--out={tmp_path / 'm.safetensors'}"
    )
    assert (run / "evaluation" / "test" / "metrics.json").is_file()
    report = (run / "report.html").read_text()
    for part in ("landmark space", "landmark error", "landmark network", "Landmark loss"):
        assert part not in report
