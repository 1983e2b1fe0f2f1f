"""Runs that were damaged, that end badly, or whose evaluation cannot be: one line, nothing lost."""

import dataclasses
import json
import shutil
from pathlib import Path

import jax
import numpy as np
import pytest

from lanet_jax.checkpoint import states
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.evaluate import __main__ as evaluate
from lanet_jax.files import atomic
from lanet_jax.from_config import config as config_lib
from lanet_jax.from_config import run as run_lib
from lanet_jax.run import folder as run_folder
from lanet_jax.run import metrics_log
from lanet_jax.train import loop
from lanet_jax.train import stop as stopping
from lanet_jax.trained import load


def _train(built: run_lib.Run, folder: Path) -> None:
    with stopping.Stop() as stop:
        loop.train(built, folder, stop)


@pytest.fixture
def finished(uninterrupted, tmp_path) -> Path:
    return Path(shutil.copytree(uninterrupted, tmp_path / "finished"))


def test_an_empty_checkpoint_folder_stops_evaluation(message_of, finished):
    shutil.rmtree(finished / "checkpoints")
    assert "holds no checkpoint" in message_of(evaluate.evaluate, finished)


def test_an_empty_step_folder_stops_evaluation_loudly(message_of, finished):
    (finished / "checkpoints" / "13").mkdir()
    message = message_of(evaluate.evaluate, finished)
    assert str(finished / "checkpoints" / "13") in message and "--step=N" in message


def test_a_missing_step_names_those_that_are_there(message_of, finished):
    assert "12" in message_of(states.find, finished, "7")


def test_a_folder_without_a_run_is_no_run(message_of, tmp_path):
    assert "no config.json" in message_of(evaluate.evaluate, tmp_path)


def test_classes_of_checkpoint_and_data_must_match(message_of, finished, monkeypatch):
    real = load.restore

    def other_classes(*args):
        trained = real(*args)
        trained.card["classes"][0] = "joy"
        return trained

    monkeypatch.setattr(load, "restore", other_classes)
    message = message_of(evaluate.evaluate, finished)
    assert "joy" in message and "--classes" in message


def test_a_loss_that_is_not_finite_names_the_step_and_keeps_the_checkpoint(
    message_of, config, finished, state_of
):
    before = state_of(finished, 12)
    config.optim.epochs, config.optim.learning_rate = 8, 1e30  # it goes on, and blows up
    config.train.checkpoint_every = 1  # a good one is not to be lost to those that follow
    built = run_lib.run(config_lib.resolve(config), finished)
    message = message_of(_train, built, finished)
    assert message.startswith("step 1") and "not finite" in message
    rows = [json.loads(line) for line in (finished / "metrics.jsonl").read_text().splitlines()]
    assert all(np.isfinite(row["loss"]) for row in rows if row["split"] == "train")
    kept = state_of(finished, 12)
    assert kept.keys() == before.keys() and any("params" in name for name in kept)
    for name, value in kept.items():
        assert "frame" in name or np.all(np.isfinite(value)), name
        np.testing.assert_array_equal(value, before[name])


def test_an_evaluation_that_is_not_finite_is_one_line_and_replaces_no_result(
    message_of, finished, monkeypatch
):
    real = load.restore

    def spoilt(*args):
        trained = real(*args)
        params = jax.tree.map(lambda x: x * np.nan, trained.params)
        return dataclasses.replace(trained, params=params)

    monkeypatch.setattr(load, "restore", spoilt)
    files = [path for path in (finished / "evaluation").rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    message = message_of(evaluate.evaluate, finished)
    assert "for 40 of 40 images" in message and "not finite" in message and "--step" in message
    assert {path: path.read_bytes() for path in files} == before


def test_a_run_whose_evaluations_are_lost_does_not_go_on(message_of, config, finished):
    path = finished / "metrics.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if json.loads(line)["step"] > 3))
    before = path.read_bytes()
    config.optim.epochs = 4
    built = run_lib.run(config_lib.resolve(config), finished)
    message = message_of(_train, built, finished)
    assert str(path) in message and "after step 3" in message and "restore the file" in message
    assert path.read_bytes() == before


def test_a_full_disk_ends_in_one_line(finished, capsys, monkeypatch):
    # /dev/full is a device on which every write says that the disk is full.
    target = finished / "evaluation" / "test" / "predictions.csv"
    before = target.read_bytes()
    make = atomic.make_new
    full = ".predictions.csv."
    monkeypatch.setattr(
        atomic,
        "make_new",
        lambda file: file.symlink_to("/dev/full") if file.name.startswith(full) else make(file),
    )
    with pytest.raises(SystemExit) as ended:
        exit_on_user_error(evaluate.evaluate)(finished)
    assert ended.value.code == 1
    assert "disk is full" in capsys.readouterr().err
    assert target.read_bytes() == before


def test_a_checkpoint_that_cannot_be_written_says_how_to_go_on(
    message_of, config, tmp_path, monkeypatch
):
    resolved = config_lib.resolve(config)
    run_folder.claim(tmp_path, resolved)
    built = run_lib.run(resolved, tmp_path)
    synced = []
    monkeypatch.setattr(metrics_log.MetricsWriter, "sync", lambda log: synced.append(log))

    def full(*args, **kwargs):
        assert len(synced) == 1  # a checkpoint never knows more than the rows on disk
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(states.ocp.CheckpointManager, "save", full)
    message = message_of(_train, built, tmp_path)
    assert "No space left" in message and "same command again" in message
