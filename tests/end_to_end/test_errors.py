"""What a user gets wrong: one line that says what, where and what to do."""

import json
import shutil
import subprocess
from pathlib import Path

import jax
import numpy as np
import pytest

from configs import demo
from lanet_jax.checkpoint import states
from lanet_jax.devices import mesh
from lanet_jax.errors import UserError, exit_on_user_error
from lanet_jax.evaluate import __main__ as evaluate
from lanet_jax.files import atomic
from lanet_jax.from_config import config as config_lib
from lanet_jax.from_config import run as run_lib
from lanet_jax.input import records
from lanet_jax.run import folder as run_folder
from lanet_jax.run import metrics_log
from lanet_jax.train import loop
from lanet_jax.train import stop as stopping
from lanet_jax.trained import load

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(data_dir):
    c = demo.get_config("tiny")
    c.data.dir = str(data_dir)
    c.data.limit = 24
    c.optim.batch_size = 8
    c.el.queue_size = 32
    return c


def _build(c, folder: Path) -> run_lib.Run:
    resolved = config_lib.resolve(c)
    run_folder.claim(folder, resolved)
    return run_lib.run(resolved, folder)


def _train(built: run_lib.Run, folder: Path) -> None:
    with stopping.Stop() as stop:
        loop.train(built, folder, stop)


def _message(action, *args) -> str:
    with pytest.raises(UserError) as caught:
        action(*args)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--config.optim.lerning_rate=1"], ["--config.optim.lerning_rate", "learning_rate"]),
        (["--config.data.dir=/nowhere"], ["/nowhere/demo", "lanet prepare demo"]),
        (["--config.method=lanett"], ["--config.method='lanett'", "ce | lanet"]),
        (["--config.el.queue_size=100"], ["el.queue_size=100", "optim.batch_size=8", "96 or 104"]),
    ],
)
def test_a_command_ends_with_one_line_and_exit_code_1(flags, said, command, environment, tmp_path):
    done = subprocess.run(
        [*command(tmp_path / "run"), *flags],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    for words in said:
        assert words in line
    assert not (tmp_path / "run" / "checkpoints").exists() or not any(
        (tmp_path / "run" / "checkpoints").iterdir()
    )


def test_a_mistyped_field_is_corrected_in_the_same_folder(config, tmp_path):
    config.noise.rate, config.optim.batch_size = 0.5, 32
    assert "no batch of 32" in _message(_build, config, tmp_path)
    run_folder.seal_labels(tmp_path)
    mistyped = (tmp_path / "labels.csv").read_text()
    config.noise.rate, config.optim.batch_size = 0.1, 8
    corrected = _build(config, tmp_path)
    run_folder.seal_labels(tmp_path)
    assert len(corrected.data.wrong) < 8
    assert (tmp_path / "labels.csv").read_text() != mistyped


def test_a_preset_that_does_not_exist_is_named_with_its_nearest():
    assert "did you mean 'tiny'" in _message(demo.get_config, "tniy")


def test_a_split_that_is_not_prepared_names_those_that_are(data_dir):
    assert "test, train" in _message(records.load, str(data_dir), "demo", "valid")


def test_a_batch_that_the_devices_cannot_share():
    message = _message(mesh.make, 8, jax.devices()[:1] * 3)
    assert "optim.batch_size=8" in message and "3 devices" in message and "=6" in message


def test_a_training_image_that_does_not_decode_is_named(config, tmp_path):
    built = _build(config, tmp_path)
    source = [dict(record) for record in built.data.train.sources[0]]
    position = int(built.data.train.position[5])
    name = built.data.train.names[5]
    for broken in (b"", b"no image", source[position]["image"][:40]):
        source[position]["image"] = broken
        object.__setattr__(built.data.train, "sources", (source,))
        message = _message(built.data.train.read, 5, 0)
        assert name in message and "lanet prepare" in message


def test_an_unknown_class_in_a_label_file_is_named_with_its_line(config, data_dir, tmp_path):
    names = records.load(str(data_dir), "demo", "train").names
    config.noise.kind, config.noise.file = "file", str(tmp_path / "labels")
    Path(config.noise.file).write_text(f"name,given,true\n{names[0]},anger,\n{names[1]},joy,\n")
    message = _message(_build, config, tmp_path / "run")
    assert "line 3" in message and "'joy'" in message


def test_another_config_in_the_same_folder_names_the_differing_keys(config, tmp_path):
    _build(config, tmp_path)
    (tmp_path / "checkpoints" / "3").mkdir(parents=True)
    config.lde.neighbors = 3
    config.train.keep = 7  # may differ
    message = _message(_build, config, tmp_path)
    assert "lde.neighbors (8 there, 3 now)" in message and "train.keep" not in message


def test_a_batch_larger_than_the_data(config, tmp_path):
    config.optim.batch_size = 32
    assert "24 training records make no batch of 32" in _message(_build, config, tmp_path)


def test_pretrained_weights_of_another_width_name_the_tensors(config, tmp_path):
    from lanet_jax.checkpoint import pretrained

    built = _build(config, tmp_path / "a")
    params, state = jax.jit(built.method.init)(jax.random.key(0), built.example)
    backbone = params["expression"]["backbone"], state["expression"]["backbone"]
    pretrained.save(tmp_path / "w.safetensors", *jax.tree.map(np.asarray, backbone), {})
    config.model.pretrained = str(tmp_path / "w.safetensors")
    loaded = _build(config, tmp_path / "b").example.pretrained
    np.testing.assert_array_equal(
        loaded[0]["conv1"]["kernel"], params["expression"]["backbone"]["conv1"]["kernel"]
    )
    config.model.width = 6
    message = _message(_build, config, tmp_path / "c")
    assert "conv1" in message and "w.safetensors" in message


@pytest.fixture
def finished(uninterrupted, tmp_path) -> Path:
    return Path(shutil.copytree(uninterrupted, tmp_path / "finished"))


def test_an_empty_checkpoint_folder_stops_evaluation(finished):
    shutil.rmtree(finished / "checkpoints")
    assert "holds no checkpoint" in _message(evaluate.evaluate, finished)


def test_an_empty_step_folder_stops_evaluation_loudly(finished):
    (finished / "checkpoints" / "13").mkdir()
    message = _message(evaluate.evaluate, finished)
    assert str(finished / "checkpoints" / "13") in message and "--step=N" in message


def test_a_missing_step_names_those_that_are_there(finished):
    assert "12" in _message(states.find, finished, "7")


def test_a_folder_without_a_run_is_no_run(tmp_path):
    assert "no config.json" in _message(evaluate.evaluate, tmp_path)


def test_classes_of_checkpoint_and_data_must_match(finished, monkeypatch):
    real = load.restore

    def other_classes(*args):
        trained = real(*args)
        trained.card["classes"][0] = "joy"
        return trained

    monkeypatch.setattr(load, "restore", other_classes)
    message = _message(evaluate.evaluate, finished)
    assert "joy" in message and "--classes" in message


def test_a_loss_that_is_not_finite_names_the_step_and_keeps_the_checkpoint(
    config, finished, state_of
):
    before = state_of(finished, 12)
    config.optim.epochs, config.optim.learning_rate = 8, 1e30  # it goes on, and blows up
    config.train.checkpoint_every = 1  # a good one is not to be lost to those that follow
    built = run_lib.run(config_lib.resolve(config), finished)
    message = _message(_train, built, finished)
    assert message.startswith("step 1") and "not finite" in message
    rows = [json.loads(line) for line in (finished / "metrics.jsonl").read_text().splitlines()]
    assert all(np.isfinite(row["loss"]) for row in rows if row["split"] == "train")
    kept = state_of(finished, 12)
    assert kept.keys() == before.keys() and any("params" in name for name in kept)
    for name, value in kept.items():
        assert "frame" in name or np.all(np.isfinite(value)), name
        np.testing.assert_array_equal(value, before[name])


def test_a_run_whose_evaluations_are_lost_does_not_go_on(config, finished):
    path = finished / "metrics.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if json.loads(line)["step"] > 3))
    before = path.read_bytes()
    config.optim.epochs = 4
    built = run_lib.run(config_lib.resolve(config), finished)
    message = _message(_train, built, finished)
    assert str(path) in message and "after step 3" in message and "restore the file" in message
    assert path.read_bytes() == before


def test_a_full_disk_ends_in_one_line(finished, capsys, monkeypatch):
    # /dev/full is a device on which every write says that the disk is full.
    target = finished / "evaluation" / "test" / "predictions.csv"
    before = target.read_bytes()
    make = atomic._make
    full = ".predictions.csv."
    monkeypatch.setattr(
        atomic,
        "_make",
        lambda file: file.symlink_to("/dev/full") if file.name.startswith(full) else make(file),
    )
    with pytest.raises(SystemExit) as ended:
        exit_on_user_error(evaluate.evaluate)(finished)
    assert ended.value.code == 1
    assert "disk is full" in capsys.readouterr().err
    assert target.read_bytes() == before


def test_a_checkpoint_that_cannot_be_written_says_how_to_go_on(config, tmp_path, monkeypatch):
    built = _build(config, tmp_path)
    synced = []
    monkeypatch.setattr(metrics_log.MetricsWriter, "sync", lambda log: synced.append(log))

    def full(*args, **kwargs):
        assert len(synced) == 1  # a checkpoint never knows more than the rows on disk
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(states.ocp.CheckpointManager, "save", full)
    message = _message(_train, built, tmp_path)
    assert "No space left" in message and "same command again" in message
